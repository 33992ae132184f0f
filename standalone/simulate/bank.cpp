#include "standalone/simulate/bank.hpp"

#include <algorithm>

#include "cloud/payments/stripe/signature.hpp"
#include "lib/base/check.hpp"
#include "sim/stripe/form.hpp"

namespace trayline::simulate {
namespace {

using stripe_sim::Table;

constexpr Millis kTimeout{8'000};     // of the client's one try
constexpr Millis kCallTakes{15'000};  // at most, to arrive
constexpr Millis kHookTimeout{10'000};
constexpr double kNeverOfLost = 0.2;    // of events, where the fault is in force
constexpr Millis kRefundTakes{11'000};  // until one on its way arrives or comes back
constexpr Millis kHookRepeatMost{15 * 60'000};

stripe_sim::Call call_of(const http::ClientRequest& request) {
  stripe_sim::Call call;
  call.method = request.method;
  call.path = request.url.substr(Bank::kUrl.size());
  std::string form = request.body;
  if (const std::size_t query = call.path.find('?'); query != std::string::npos) {
    form = call.path.substr(query + 1);
    call.path.resize(query);
  }
  Result<Json> params = stripe_sim::parse_form(form);
  check(params.has_value(), "the client sends forms that can be read");
  call.params = std::move(*params);
  const auto header = [&](std::string_view name) {
    const std::string* value = http::find_header(request.headers, name);
    return value == nullptr ? std::string() : *value;
  };
  call.authorization = header("Authorization");
  call.idempotency_key = header("Idempotency-Key");
  call.stripe_version = header("Stripe-Version");
  return call;
}

}  // namespace

Bank::Bank(Parts parts)
    : parts_(parts), account_({.secret_key = std::string(kSecretKey), .publishable_key = {}}) {
  account_.listen([this](const std::vector<stripe_sim::Change>& changes) { on_changes(changes); });
}

stripe::Outside Bank::outside() {
  return {[this](const http::ClientRequest& request, const Done& done) { send(request, done); },
          [this](Millis wait, std::function<void()> task) {
            parts_.engine.after(wait, std::move(task));
          }};
}

void Bank::send(const http::ClientRequest& request, const Done& done) {
  Engine& engine = parts_.engine;
  const Swarm& swarm = parts_.swarm;
  if (down_ && engine.chance(0.5)) {
    return engine.after(engine.between(Millis(1), Millis(100)),
                        [done] { done(fail(Code::unavailable, "no connection")); });
  }
  if (engine.chance(swarm.call_lost)) {
    return engine.after(kTimeout, [done] { done(fail(Code::unknown_outcome, "no answer")); });
  }
  Millis latency = engine.between(Millis(5), Millis(60));
  if (engine.chance(swarm.call_slow)) latency = engine.between(Millis(60), kCallTakes);
  stripe_sim::Call call = call_of(request);
  if (parts_.plants.has("a new key for each try") && !call.idempotency_key.empty()) {
    call.idempotency_key += "-" + std::to_string(engine.events());
  }
  if (latency <= kTimeout) {
    return engine.after(latency, [this, call = std::move(call), done] { arrive(call, done); });
  }
  // It arrives when nobody waits for it any more.
  engine.after(kTimeout, [done] { done(fail(Code::unknown_outcome, "no answer in time")); });
  engine.after(latency, [this, call = std::move(call)] { arrive(call, [](auto) {}); });
}

void Bank::status(int code, const Done& done) {
  http::Response response;
  response.status = code;
  response.body = R"({"error":{"type":"api_error","message":"simulated"}})";
  if (code == 429 && parts_.engine.chance(0.5)) response.headers = {{"Retry-After", "2"}};
  parts_.engine.after(parts_.engine.between(Millis(5), Millis(60)),
                      [done, response = std::move(response)] { done(response); });
}

void Bank::arrive(const stripe_sim::Call& call, const Done& done) {
  Engine& engine = parts_.engine;
  const Swarm& swarm = parts_.swarm;
  if (down_ || engine.chance(swarm.error_before)) return status(down_ ? 503 : 500, done);
  if (engine.chance(swarm.rate_limit)) return status(429, done);
  watch(call);
  const stripe_sim::Reply reply = account_.call(call, engine.now(), engine.random);
  engine.note("provider", {call.method, call.path, call.idempotency_key,
                           std::to_string(reply.status), reply.replayed ? "replayed" : ""});
  if (reply.body.at("error") != nullptr &&
      reply.body.at("error")->text_at("type") == "idempotency_error" && reply.status == 400) {
    throw Violation("a key is one call's", call.path + " under " + call.idempotency_key);
  }
  if (engine.chance(swarm.error_after)) return status(500, done);
  if (engine.chance(swarm.reply_lost)) {
    return engine.after(kTimeout, [done] { done(fail(Code::unknown_outcome, "no answer")); });
  }
  answer(call, reply, done);
}

// A slow answer keeps its key in use, and may come after the client has stopped to wait.
void Bank::answer(const stripe_sim::Call& call, const stripe_sim::Reply& reply, const Done& done) {
  Engine& engine = parts_.engine;
  http::Response response;
  response.status = reply.status;
  response.body = reply.body.dump();
  response.headers = {{"Request-Id", reply.request_id}};
  if (reply.replayed) response.headers.emplace_back("Idempotent-Replayed", "true");
  Millis wait = engine.between(Millis(5), Millis(400));
  if (engine.chance(parts_.swarm.call_slow)) wait = engine.between(Millis(400), Millis(16'000));
  const bool busy = wait > Millis(400) && !call.idempotency_key.empty();
  if (busy) account_.begin(call.idempotency_key);
  if (wait > kTimeout) {
    engine.after(kTimeout, [done] { done(fail(Code::unknown_outcome, "no answer in time")); });
  }
  engine.after(wait, [this, busy, key = call.idempotency_key, late = wait > kTimeout, done,
                      response = std::move(response)] {
    if (busy) account_.end(key);
    if (!late) done(response);
  });
}

std::string Bank::order_of(const Json& intent) const {
  const Json* metadata = intent.at("metadata");
  return metadata == nullptr ? "" : metadata->text_at("order_id");
}

// What is about to have an effect.
void Bank::watch(const stripe_sim::Call& call) {
  constexpr std::string_view kIntents = "/v1/payment_intents/";
  if (call.method != "POST" || !call.path.starts_with(kIntents)) return;
  const std::string rest = call.path.substr(kIntents.size());
  const std::size_t slash = rest.find('/');
  if (slash == std::string::npos) return;
  const std::string id = rest.substr(0, slash);
  const Json* intent = account_.state().find(Table::intents, id);
  if (intent == nullptr || order_of(*intent).empty()) return;
  const OrderId order(order_of(*intent));
  const std::string status = intent->text_at("status");
  if (rest.ends_with("/confirm") && status == "requires_confirmation") {
    parts_.rules.confirming(order, id);
  }
  if (rest.ends_with("/cancel") && status != "canceled") parts_.rules.canceling(order, id);
}

void Bank::on_changes(const std::vector<stripe_sim::Change>& changes) {
  Engine& engine = parts_.engine;
  for (const stripe_sim::Change& change : changes) {
    const bool* captured =
        change.table == Table::charges ? change.value.at("captured")->as_bool() : nullptr;
    if (captured != nullptr && *captured && captured_.insert(change.id).second) {
      const std::string order = order_of(change.value);
      engine.note("captured", {order, std::to_string(change.value.int_at("amount_captured"))});
      parts_.rules.captured(OrderId(order), change.value.int_at("amount_captured"),
                            change.value.int_at("amount"));
    }
    if (change.table == Table::refunds && change.value.int_at("_due") > 0) {
      engine.after(kRefundTakes,
                   [this] { account_.lapse(parts_.engine.now(), parts_.engine.random); });
    }
    if (change.table != Table::events || change.value.at("_delivered") != nullptr) continue;
    const std::string type = change.value.text_at("type");
    const bool wanted = type.starts_with("payment_intent.") || type.starts_with("setup_intent.") ||
                        type.starts_with("refund.");
    if (!wanted) continue;
    // The provider gives up at some time: of an intent its payment then hears by looking.
    const bool never = engine.chance(parts_.swarm.hook_lost * kNeverOfLost);
    if (never && type.starts_with("payment_intent.")) continue;
    for (int copies = engine.chance(parts_.swarm.hook_duplicate) ? 2 : 1; copies > 0; --copies) {
      Millis wait = engine.between(Millis(1), Millis(800));
      if (engine.chance(parts_.swarm.hook_slow))
        wait = engine.between(Millis(1), Millis(3'600'000));
      engine.after(wait, [this, id = change.id] { deliver(id, 1); });
    }
  }
}

void Bank::deliver(const std::string& id, int tries) {
  Engine& engine = parts_.engine;
  const auto again = [this, id, tries] {
    const Millis wait(
        std::min<std::int64_t>(std::int64_t{1000} << std::min(tries, 16), kHookRepeatMost.count()));
    parts_.engine.after(wait, [this, id, tries] { deliver(id, tries + 1); });
  };
  const Json* event = account_.state().find(Table::events, id);
  if (event == nullptr) return;
  if (down_ || !hook_ || engine.chance(parts_.swarm.hook_lost)) return again();
  const std::string body = event->dump();
  const auto over = std::make_shared<bool>(false);
  const auto end = [over, again](bool taken) {
    if (std::exchange(*over, true)) return;
    if (!taken) again();
  };
  engine.after(kHookTimeout, [end, over] {
    if (!*over) end(false);
  });
  hook_(body, stripe::sign(body, kHookSecret, engine.now()), end);
}

// From the customer's phone, under the publishable key.
stripe_sim::Reply Bank::confirm(const std::string& path, const std::string& client_secret,
                                const std::string& card) {
  const stripe_sim::Call call{
      .method = "POST",
      .path = path,
      .params = Json::object({{"client_secret", client_secret}, {"payment_method", card}}),
      .authorization = "Bearer pk_test_simulate"};
  return account_.call(call, parts_.engine.now(), parts_.engine.random);
}

void Bank::save_card(const std::string& setup, const std::string& client_secret,
                     const std::string& card) {
  const stripe_sim::Reply reply =
      confirm("/v1/setup_intents/" + setup + "/confirm", client_secret, card);
  parts_.engine.note("card", {setup, card, std::to_string(reply.status)});
  if (reply.status == 200 && reply.body.text_at("status") == "requires_action") {
    challenge(setup, true);
  }
}

void Bank::challenge(const std::string& intent, bool pass) {
  parts_.engine.note("challenge", {intent, pass ? "passed" : "failed"});
  account_.challenge(intent, pass, parts_.engine.now(), parts_.engine.random);
}

void Bank::lapse(const std::string& intent) {
  parts_.engine.note("the hold lapses", {intent});
  stripe_sim::Call call{.method = "POST",
                        .path = "/v1/payment_intents/" + intent + "/cancel",
                        .params = Json(Json::Object{}),
                        .authorization = "Bearer " + std::string(kSecretKey)};
  account_.call(call, parts_.engine.now(), parts_.engine.random);
}

void Bank::confirm_again(const std::string& intent, const std::string& card) {
  const Json* declined = account_.state().find(Table::intents, intent);
  if (declined == nullptr) return;
  const stripe_sim::Reply reply = confirm("/v1/payment_intents/" + intent + "/confirm",
                                          declined->text_at("client_secret"), card);
  parts_.engine.note("confirmed once more", {intent, std::to_string(reply.status)});
}

void Bank::forge(const std::string& intent) {
  const Json* held = account_.state().find(Table::intents, intent);
  if (held == nullptr || !hook_) return;
  parts_.engine.note("a webhook is forged", {intent});
  Json paid = *held;
  paid.as_object()->set("status", "succeeded").set("amount_received", held->int_at("amount"));
  const std::string body = Json::object({{"id", "evt_forged_" + intent},
                                         {"object", "event"},
                                         {"type", "payment_intent.succeeded"},
                                         {"created", to_ms(parts_.engine.now()) / 1000},
                                         {"data", Json::object({{"object", std::move(paid)}})}})
                               .dump();
  hook_(body, stripe::sign(body, "whsec_guessed", parts_.engine.now()), [](bool) {});
}

std::string Bank::intent_of(const OrderId& order, std::string_view status) const {
  for (const std::string& id : account_.state().ids(Table::intents)) {
    const Json& intent = *account_.state().find(Table::intents, id);
    if (intent.text_at("status") == status && order_of(intent) == order.value) return id;
  }
  return "";
}

void Bank::go_down(bool down) {
  parts_.engine.note(down ? "the provider is down" : "the provider is back");
  down_ = down;
}

}  // namespace trayline::simulate
