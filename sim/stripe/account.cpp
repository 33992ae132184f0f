#include "sim/stripe/account.hpp"

#include <algorithm>

#include "lib/base/check.hpp"
#include "lib/base/digest.hpp"
#include "lib/base/encoding.hpp"
#include "sim/stripe/expand.hpp"
#include "sim/stripe/form.hpp"
#include "sim/stripe/routes.hpp"

namespace trayline::stripe_sim {
namespace {

constexpr std::size_t key_max = 255;
constexpr std::size_t saved_reply_bytes_max = 1 << 20;

Reply unsaved(Reply reply) {
  reply.saved = false;
  return reply;
}

// The API key of "Bearer key" or of Basic with the key as user.
std::string api_key(const std::string& authorization) {
  if (authorization.starts_with("Bearer ")) return authorization.substr(7);
  if (!authorization.starts_with("Basic ")) return "";
  const auto bytes = from_base64(authorization.substr(6));
  if (!bytes) return "";
  const std::string_view pair = as_text(*bytes);
  return std::string(pair.substr(0, pair.find(':')));
}

bool accepted(const std::string& key, const std::string& only, std::string_view prefix) {
  if (!only.empty()) return equal_in_constant_time(key, only);
  return key.size() > prefix.size() && key.starts_with(prefix);
}

enum class Caller { nobody, publishable, secret };

Caller caller_of(const Settings& settings, const std::string& authorization) {
  const std::string key = api_key(authorization);
  if (accepted(key, settings.secret_key, "sk_test_")) return Caller::secret;
  if (accepted(key, settings.publishable_key, "pk_test_")) return Caller::publishable;
  return Caller::nobody;
}

Reply not_allowed(bool no_key) {
  return unsaved(refusal(401, "invalid_request_error",
                         {"", "",
                          no_key ? "No API key was given: send Authorization: Bearer sk_test_..."
                                 : "Invalid API key. This simulator takes test keys only."}));
}

// Card numbers end here.
std::optional<Reply> tokenise(Json& params, Time now) {
  Json::Object* group = params.as_object();
  if (Json* data = group->find("payment_method_data")) {
    group = data->as_object() == nullptr ? group : data->as_object();
  }
  Json* card = group->find("card");
  if (card == nullptr || card->at("number") == nullptr) return std::nullopt;
  auto token = tokenise_card(*card, now);
  if (!token) {
    const Decline* decline = decline_named(token.error().detail);
    check(decline != nullptr, "a refused card number has a decline");
    return unsaved(card_error(*decline, {}));
  }
  *card = std::move(*token);
  return std::nullopt;
}

// "2023-08-16", "2025-09-30.clover".
bool is_version(std::string_view text) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  constexpr std::string_view shape = "dddd-dd-dd";
  if (text.size() < shape.size() || text.size() > 32) return false;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == 'd' ? !digit(text[i]) : text[i] != shape[i]) return false;
  }
  return text.size() == shape.size() || text[shape.size()] == '.';
}

std::string fingerprint(const Call& call, const Json& params) {
  std::string text = call.method + " " + call.path;
  for (const auto& [name, value] : flatten(params)) {
    text += "\n" + percent_encode(name) + "=" + percent_encode(value);
  }
  return sha256_hex(text);
}

// What is saved under the call's key, or a refusal; none where the key is fresh.
std::optional<Reply> saved_reply(const State& state, const Call& call, const std::string& print,
                                 Time now) {
  if (call.idempotency_key.size() > key_max) {
    return unsaved(invalid("", "", "An Idempotency-Key can have up to 255 characters."));
  }
  const Json* saved = state.find(Table::saved, call.idempotency_key);
  if (saved == nullptr || saved->int_at("created") + idempotency_seconds <= unix_seconds(now)) {
    return std::nullopt;
  }
  if (saved->text_at("fingerprint") != print) {
    return unsaved(refusal(400, "idempotency_error",
                           {"", "",
                            "This Idempotency-Key was first used with other parameters: '" +
                                call.idempotency_key + "'."}));
  }
  auto body = parse_json(saved->text_at("body"), {.bytes_max = saved_reply_bytes_max});
  check(body.has_value(), "a saved reply can be read");
  return Reply{.status = static_cast<int>(saved->int_at("status")),
               .body = std::move(*body),
               .request_id = {},
               .replayed = true,
               .original_request = saved->text_at("request"),
               .saved = false};
}

// Runs the handler; whatever is refused other than by the card's issuer changes nothing.
Outcome execute(Context& context, const Match& match) {
  Reply reply = match.route->handler(context);
  if (reply.status == 200) {
    if (auto problem = expand(context.work, context.params, reply.body)) reply = *problem;
  }
  const bool keeps = reply.status == 200 || reply.status == 402;
  return {std::move(reply), keeps ? context.work.take() : std::vector<Change>{}};
}

Outcome decide_known(const State& state, const Call& call, Context context, const Match& match) {
  const std::string key = call.method == "POST" ? call.idempotency_key : "";
  const std::string print = key.empty() ? "" : fingerprint(call, context.params);
  if (!key.empty()) {
    if (auto reply = saved_reply(state, call, print, context.now)) return {std::move(*reply), {}};
  }
  if (auto problem = check_params(context.params, match.route->params)) {
    return {unsaved(refusal(400, "invalid_request_error", *problem)), {}};
  }
  if (state.size() >= State::objects_max) {
    return {unsaved(refusal(503, "api_error", {"", "", "The simulator is full: reset it."})), {}};
  }
  Outcome outcome = execute(context, match);
  if (!key.empty() && outcome.reply.saved) {
    outcome.changes.push_back({Table::saved, key,
                               Json::object({{"fingerprint", print},
                                             {"status", outcome.reply.status},
                                             {"body", outcome.reply.body.dump()},
                                             {"created", unix_seconds(context.now)},
                                             {"request", context.request_id}})});
  }
  return outcome;
}

}  // namespace

Outcome decide(const State& state, const Settings& settings, const Call& call, Time now,
               Random& random) {
  const std::string request_id = new_id("req_", random, 14);
  const auto answer = [&](Outcome outcome) {
    outcome.reply.request_id = request_id;
    return outcome;
  };
  const Caller caller = caller_of(settings, call.authorization);
  if (caller == Caller::nobody) return answer({not_allowed(call.authorization.empty()), {}});
  const auto match = find_route(call.method, call.path);
  if (!match) {
    return answer(
        {unsaved(refusal(
             404, "invalid_request_error",
             {"", "", "Unrecognized request URL (" + call.method + ": " + call.path + ")."})),
         {}});
  }
  if (caller == Caller::publishable && !match->route->publishable) {
    return answer({unsaved(refusal(403, "invalid_request_error",
                                   {"secret_key_required", "", "This needs a secret key."})),
                   {}});
  }
  if (!call.stripe_version.empty() && !is_version(call.stripe_version)) {
    return answer(
        {unsaved(invalid("", "", "Invalid Stripe API version: " + call.stripe_version)), {}});
  }
  Json params = call.params;
  if (auto refused = tokenise(params, now)) return answer({std::move(*refused), {}});
  Context context{.work = Work(state),
                  .settings = settings,
                  .params = params,
                  .id = match->id,
                  .second = match->second,
                  .path = call.path,
                  .key = call.method == "POST" ? call.idempotency_key : "",
                  .stripe_version = call.stripe_version,
                  .publishable = caller == Caller::publishable,
                  .request_id = request_id,
                  .decline = call.decline,
                  .now = now,
                  .random = random};
  return answer(decide_known(state, call, std::move(context), *match));
}

namespace {

Context own_context(const State& state, const Settings& settings, const Json& none, Time now,
                    Random& random) {
  return Context{.work = Work(state),
                 .settings = settings,
                 .params = none,
                 .id = {},
                 .second = {},
                 .path = {},
                 .key = {},
                 .stripe_version = {},
                 .publishable = false,
                 .request_id = {},
                 .decline = {},
                 .now = now,
                 .random = random};
}

}  // namespace

std::vector<Change> lapse_holds(const State& state, const Settings& settings, Time now,
                                Random& random) {
  const Json none(Json::Object{});
  Context context = own_context(state, settings, none, now, random);
  for (const auto& [deadline, id] : state.holds()) {
    if (deadline > unix_seconds(now)) break;
    Json intent = *state.find(Table::intents, id);
    cancel_hold(context, intent, "automatic");
  }
  for (const auto& [due, id] : state.refunds_due()) {
    if (due > unix_seconds(now)) break;
    settle_refund(context, *state.find(Table::refunds, id));
  }
  return context.work.take();
}

Outcome finish_challenge(const State& state, const Settings& settings, const ChallengeEnd& end,
                         Time now, Random& random) {
  const Json none(Json::Object{});
  Context context = own_context(state, settings, none, now, random);
  const bool setup = end.intent.starts_with("seti_");
  const Json* waiting = state.find(setup ? Table::setups : Table::intents, end.intent);
  if (waiting == nullptr) return {missing("intent", end.intent, "id"), {}};
  if (waiting->text_at("status") != "requires_action") {
    return {invalid("", "intent", "This intent waits for no challenge."), {}};
  }
  Reply reply = setup ? after_setup_challenge(context, *waiting, end.pass)
                      : after_intent_challenge(context, *waiting, end.pass);
  return {std::move(reply), context.work.take()};
}

Outcome move_dispute(const State& state, const Settings& settings, const DisputeMove& move,
                     Time now, Random& random) {
  const Json none(Json::Object{});
  Context context = own_context(state, settings, none, now, random);
  const bool ends = !move.dispute.empty();
  const std::string& id = ends ? move.dispute : move.charge;
  const Json* found = state.find(ends ? Table::disputes : Table::charges, id);
  if (found == nullptr) return {missing(ends ? "dispute" : "charge", id, "id"), {}};
  Reply reply =
      ends ? end_dispute(context, *found, move.won) : open_dispute(context, *found, move.reason);
  return {std::move(reply), context.work.take()};
}

Reply Account::call(const Call& call, Time time, Random& random) {
  const Time now = latest_ = std::max(latest_, time);
  lapse(now, random);
  if (call.method == "POST" && busy_.contains(call.idempotency_key)) {
    Reply reply = refusal(
        409, "idempotency_error",
        {"idempotency_key_in_use", "", "Another call with this Idempotency-Key is still running."});
    reply.request_id = new_id("req_", random, 14);
    reply.saved = false;
    return reply;
  }
  Outcome outcome = decide(state_, settings_, call, now, random);
  apply(std::move(outcome.changes));
  return std::move(outcome.reply);
}

Reply Account::challenge(const std::string& intent, bool pass, Time now, Random& random) {
  Outcome outcome = finish_challenge(state_, settings_, {intent, pass}, now, random);
  apply(std::move(outcome.changes));
  return std::move(outcome.reply);
}

Reply Account::dispute(const DisputeMove& move, Time now, Random& random) {
  Outcome outcome = move_dispute(state_, settings_, move, now, random);
  apply(std::move(outcome.changes));
  return std::move(outcome.reply);
}

void Account::break_saved(const std::string& key, const Json& body) {
  const Json* saved = state_.find(Table::saved, key);
  if (saved == nullptr) return;
  Json broken = *saved;
  set(broken, "status", 500);
  set(broken, "body", body.dump());
  apply({Change{Table::saved, key, std::move(broken)}});
}

void Account::lapse(Time now, Random& random) {
  apply(lapse_holds(state_, settings_, now, random));
}

void Account::apply(std::vector<Change> changes) {
  if (changes.empty()) return;
  for (const Change& change : changes) state_.apply(change);
  if (listener_) listener_(changes);
}

}  // namespace trayline::stripe_sim
