#include "sim/stripe/simulator.hpp"

#include "lib/base/check.hpp"
#include "lib/http/files.hpp"
#include "sim/stripe/assets.hpp"
#include "sim/stripe/context.hpp"
#include "sim/stripe/simulator_state.hpp"

namespace trayline::stripe_sim {
namespace {

constexpr std::size_t held_max = 1024;
constexpr Millis held_longest{600'000};
constexpr Millis lapse_every{1'000};

http::Response problem(int status, std::string_view type, std::string_view message) {
  const Json error = Json::object({{"type", type}, {"message", message}});
  return json_response(status, Json::object({{"error", error}}));
}

// What stands where Stripe.js and its frames go: "/v3/" is the script.
void element_file(const http::Request& request, const http::ResponderPtr& responder) {
  const auto named = request.params.find("file");
  const std::string file = named == request.params.end() ? "v3.js" : named->second;
  http::Response response = http::answer_file(
      asset, request, "element/" + file,
      {{"Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'"}});
  responder->answer(std::move(response));
}

http::Limits server_limits() {
  http::Limits limits;
  limits.answer_timeout = held_longest;
  return limits;
}

std::string_view kind_name(const Fault& fault) {
  constexpr std::array<std::string_view, fault_kinds> names{
      "latency",     "status",       "cut",     "hold",       "lose",
      "error_after", "error_stored", "decline", "event_first"};
  return names[static_cast<std::size_t>(fault.kind)];
}

// docs.stripe.com/error-codes, for an error that nothing in the call explains.
std::string_view usual_code(int status) {
  return status == 409 ? "idempotency_key_in_use" : status == 429 ? "rate_limit" : "";
}

}  // namespace

http::Response json_response(int status, const Json& body) {
  return {.status = status, .headers = {{"Content-Type", "application/json"}}, .body = body.dump()};
}

Simulator::State::State(Loop& l, const Clock& c, Random& r, SimulatorSettings s)
    : loop(l),
      clock(c),
      random(r),
      settings(std::move(s)),
      account(settings.account),
      webhooks(l, account, [this] { return now(); }),
      server(l, server_limits(), [](int status, std::string_view detail) {
        return problem(status, "invalid_request_error", detail);
      }) {}

Simulator::Simulator(Loop& loop, const Clock& clock, Random& random, SimulatorSettings settings)
    : state_(std::make_unique<State>(loop, clock, random, std::move(settings))) {}

Simulator::~Simulator() = default;

Result<std::uint16_t> Simulator::start(std::uint16_t port) {
  State& state = *state_;
  if (auto done = state.open_books(); !done) return fail(done.error());
  if (auto done = state.set_up_webhook(); !done) return fail(done.error());
  state.webhooks.resume();
  state.routes();
  if (state.settings.controls) state.control_routes();
  state.tick();
  return state.server.listen("127.0.0.1", port);
}

Result<void> Simulator::State::open_books() {
  if (!settings.description.empty()) {
    auto description = Subset::load(settings.description);
    if (!description) return fail(description.error());
    checks.emplace(std::move(*description));
  }
  if (!settings.journal.empty()) {
    auto opened =
        Journal::open(settings.journal, settings.journal_sync,
                      [this](std::vector<Change> changes) { account.apply(std::move(changes)); });
    if (!opened) return fail(opened.error());
    journal.emplace(std::move(*opened));
    if (const Json* kept = account.state().find(Table::settings, "clock")) {
      shift = Millis(kept->int_at("shift_ms"));
    }
  }
  account.listen([this](const std::vector<Change>& changes) {
    // Without its books the simulator must not go on answering.
    if (journal) check(journal->append(changes).has_value(), "the journal can be written");
    webhooks.on_changes(changes);
  });
  return {};
}

Result<void> Simulator::State::set_up_webhook() {
  if (settings.webhook_url.empty()) return {};
  if (settings.webhook_secret.empty()) {
    return fail(Code::invalid_argument, "a webhook URL needs a webhook secret");
  }
  account.apply({Change{Table::endpoints, "we_settings",
                        Json::object({{"id", "we_settings"},
                                      {"object", "webhook_endpoint"},
                                      {"api_version", settings.account.api_version},
                                      {"application", nullptr},
                                      {"created", unix_seconds(now())},
                                      {"description", nullptr},
                                      {"enabled_events", Json(Json::Array{Json("*")})},
                                      {"livemode", false},
                                      {"metadata", Json(Json::Object{})},
                                      {"status", "enabled"},
                                      {"url", settings.webhook_url},
                                      {"_secret", settings.webhook_secret}})}});
  return {};
}

void Simulator::State::tick() {
  account.lapse(now(), random);
  ticker = loop.after(lapse_every, [this] { tick(); });
}

void Simulator::State::routes() {
  // A card element in a page calls from another origin.
  server.always({{"Access-Control-Allow-Origin", "*"},
                 {"Access-Control-Expose-Headers", "Request-Id, Idempotent-Replayed"}});
  server.route("OPTIONS", "/v1/{rest*}", [](http::Request, const http::ResponderPtr& responder) {
    responder->answer({.status = 204,
                       .headers = {{"Access-Control-Allow-Methods", "GET, POST, DELETE"},
                                   {"Access-Control-Allow-Headers",
                                    "Authorization, Content-Type, Idempotency-Key, "
                                    "Stripe-Version"}},
                       .body = {}});
  });
  server.route("GET", "/v3/", element_file);
  server.route("GET", "/v3/{file}", element_file);
  for (const char* method : {"GET", "POST", "DELETE"}) {
    server.route(method, "/v1/{rest*}",
                 [this](const http::Request& request, const http::ResponderPtr& responder) {
                   serve(request, responder);
                 });
  }
}

void Simulator::State::serve(const http::Request& request, const http::ResponderPtr& responder) {
  auto call = call_of(request);
  if (!call) {
    auto refusal = problem(400, "invalid_request_error", call.error().detail);
    refusal.headers.emplace_back("Request-Id", new_id("req_", random, 14));
    return responder->answer(std::move(refusal));
  }
  auto fault = faults.take(call->method, call->path);
  if (!fault && chaos) fault = chaos->draw(call->method, call->path);
  if (fault) {
    ++happened[std::string(kind_name(*fault))];
    if (fault->kind == FaultKind::cut) return responder->hang_up();
    if (fault->kind == FaultKind::status) {
      return responder->answer(refuse(*fault, static_cast<int>(fault->status)));
    }
    if (fault->kind == FaultKind::decline) call->decline = fault->code;
  }
  const std::uint64_t mark = webhooks.mark();
  const Reply reply = account.call(*call, now(), random);
  if (checks) checks->look(*call, reply);
  http::Response response = response_of(reply, *call, settings.account.api_version);
  if (fault && fault->kind == FaultKind::event_first) {
    return answer_later(*call, responder, std::move(response),
                        [&](Loop::Task task) { webhooks.when_tried(mark, std::move(task)); });
  }
  if (!fault || fault->kind == FaultKind::decline) return responder->answer(std::move(response));
  after_effect(*fault, *call, responder, std::move(response));
}

void Simulator::State::after_effect(const Fault& fault, const Call& call,
                                    const http::ResponderPtr& responder, http::Response response) {
  switch (fault.kind) {
    case FaultKind::hold:
      return hold({call.path, call.idempotency_key, responder, std::move(response)});
    case FaultKind::lose:
      return responder->hang_up();
    case FaultKind::error_stored:
      response = refuse(fault, 500);
      if (const auto body = parse_json(response.body)) {
        account.break_saved(call.idempotency_key, *body);
      }
      return responder->answer(std::move(response));
    case FaultKind::error_after:
      return responder->answer(refuse(fault, 500));
    default:
      return answer_later(call, responder, std::move(response),
                          [&](Loop::Task task) { delay(Millis(fault.ms), std::move(task)); });
  }
}

http::Response Simulator::State::refuse(const Fault& fault, int status) {
  const std::string_view type = status >= 500   ? "api_error"
                                : status == 409 ? "idempotency_error"
                                : status == 402 ? "card_error"
                                                : "invalid_request_error";
  Json::Object error;
  error.set("type", type).set("message", "A failure made by the simulator.");
  const std::string code = fault.code.empty() ? std::string(usual_code(status)) : fault.code;
  if (!code.empty()) error.set("code", code);
  auto response = json_response(status, Json::object({{"error", Json(std::move(error))}}));
  response.headers.emplace_back("Request-Id", new_id("req_", random, 14));
  if (fault.retry_after_s >= 0) {
    response.headers.emplace_back("Retry-After", std::to_string(fault.retry_after_s));
  }
  if (!fault.reason.empty()) {
    response.headers.emplace_back("Stripe-Rate-Limited-Reason", fault.reason);
  }
  if (fault.should_retry) {
    response.headers.emplace_back("Stripe-Should-Retry", *fault.should_retry ? "true" : "false");
  }
  return response;
}

void Simulator::State::hold(Held one) {
  if (held.size() >= held_max) {
    return one.responder->answer(problem(503, "api_error", "Too many replies are held."));
  }
  if (!one.key.empty()) account.begin(one.key);
  held.push_back(std::move(one));
}

std::int64_t Simulator::State::release() {
  faults.clear(FaultKind::hold);
  const auto count = static_cast<std::int64_t>(held.size());
  for (Held& one : held) {
    account.end(one.key);
    one.responder->answer(std::move(one.response));
  }
  held.clear();
  return count;
}

void Simulator::State::answer_later(const Call& call, const http::ResponderPtr& responder,
                                    http::Response response,
                                    const std::function<void(Loop::Task)>& when) {
  if (!call.idempotency_key.empty()) account.begin(call.idempotency_key);
  when([this, key = call.idempotency_key, responder, response = std::move(response)] {
    account.end(key);
    responder->answer(response);
  });
}

void Simulator::State::delay(Millis wait, Loop::Task task) {
  const std::uint64_t id = next_delay++;
  delays[id] = loop.after(wait, [this, id, task = std::move(task)] {
    const Loop::Timer own = std::move(delays[id]);
    delays.erase(id);
    task();
  });
}

}  // namespace trayline::stripe_sim
