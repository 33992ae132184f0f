#include "sim/stripe/simulator.hpp"

#include <map>
#include <set>

#include "lib/base/check.hpp"
#include "lib/base/log.hpp"
#include "sim/stripe/context.hpp"
#include "sim/stripe/faults.hpp"
#include "sim/stripe/journal.hpp"
#include "sim/stripe/webhooks.hpp"

namespace trayline::stripe_sim {
namespace {

constexpr std::size_t held_max = 1024;
constexpr Millis held_longest{600'000};
constexpr Millis lapse_every{1'000};
constexpr std::size_t cut_bytes = 64;

http::Response json_response(int status, const Json& body) {
  return {.status = status, .headers = {{"Content-Type", "application/json"}}, .body = body.dump()};
}

http::Response problem(int status, std::string_view type, std::string_view message) {
  const Json error = Json::object({{"type", type}, {"message", message}});
  return json_response(status, Json::object({{"error", error}}));
}

http::Limits server_limits() {
  http::Limits limits;
  limits.answer_timeout = held_longest;
  limits.stream_backlog_bytes_max = cut_bytes;  // see cut()
  return limits;
}

// Ends the connection in the middle of an answer: a stream whose reader is too slow is cut.
void cut(const http::ResponderPtr& responder) {
  const auto stream = responder->stream({{"Content-Type", "application/json"}});
  stream->send("", "", std::string(2 * cut_bytes, ' '));
}

}  // namespace

struct Simulator::State {
  State(Loop& l, const Clock& c, Random& r, SimulatorSettings s)
      : loop(l),
        clock(c),
        random(r),
        settings(std::move(s)),
        account(settings.account),
        webhooks(l, account, [this] { return now(); }),
        server(l, server_limits(), [](int status, std::string_view detail) {
          return problem(status, "invalid_request_error", detail);
        }) {}

  struct Held {
    std::string path;
    std::string key;
    http::ResponderPtr responder;
    http::Response response;
  };

  Time now() const { return clock.now() + shift; }
  void routes();
  void control_routes();
  void control(const std::string& method, const std::string& path,
               std::function<Result<Json>(const Json&)> action);
  void serve(const http::Request& request, const http::ResponderPtr& responder);
  void after_effect(const Fault& fault, const Call& call, const http::ResponderPtr& responder,
                    http::Response response);
  void hold(Held held);
  std::int64_t release();
  void delay(Millis wait, Loop::Task task);
  Result<void> set_up_webhook();
  Result<Json> reset();
  Json held_list() const;
  void tick();

  Loop& loop;
  const Clock& clock;
  Random& random;
  SimulatorSettings settings;
  Account account;
  Millis shift{0};
  Faults faults;
  std::vector<Held> held;
  std::uint64_t next_delay = 0;
  std::map<std::uint64_t, Loop::Timer> delays;
  Loop::Timer ticker;
  std::optional<Journal> journal;
  Webhooks webhooks;
  http::Server server;
};

Simulator::Simulator(Loop& loop, const Clock& clock, Random& random, SimulatorSettings settings)
    : state_(std::make_unique<State>(loop, clock, random, std::move(settings))) {}

Simulator::~Simulator() = default;

Result<std::uint16_t> Simulator::start(std::uint16_t port) {
  State& state = *state_;
  if (!state.settings.journal.empty()) {
    auto journal = Journal::open(state.settings.journal, [&](std::vector<Change> changes) {
      state.account.apply(std::move(changes));
    });
    if (!journal) return fail(journal.error());
    state.journal = std::move(*journal);
  }
  state.account.listen([&state](const std::vector<Change>& changes) {
    if (state.journal) {
      // Without its books the simulator must not go on answering.
      check(state.journal->append(changes).has_value(), "the journal can be written");
    }
    state.webhooks.on_changes(changes);
  });
  if (auto done = state.set_up_webhook(); !done) return fail(done.error());
  state.webhooks.resume();
  state.routes();
  if (state.settings.controls) state.control_routes();
  state.tick();
  return state.server.listen("127.0.0.1", port);
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
  for (const char* method : {"GET", "POST", "DELETE"}) {
    server.route(method, "/v1/{rest*}",
                 [this](const http::Request& request, const http::ResponderPtr& responder) {
                   serve(request, responder);
                 });
  }
}

void Simulator::State::serve(const http::Request& request, const http::ResponderPtr& responder) {
  const auto call = call_of(request);
  if (!call) {
    return responder->answer(problem(400, "invalid_request_error", call.error().detail));
  }
  const auto fault = faults.take(call->method, call->path);
  if (fault && fault->kind == FaultKind::cut) return cut(responder);
  if (fault && fault->kind == FaultKind::status) {
    const auto type = fault->status >= 500 ? "api_error" : "invalid_request_error";
    return responder->answer(
        problem(static_cast<int>(fault->status), type, "A failure made by the simulator."));
  }
  const Reply reply = account.call(*call, now(), random);
  http::Response response = response_of(reply, *call, settings.account.api_version);
  if (!fault) return responder->answer(std::move(response));
  after_effect(*fault, *call, responder, std::move(response));
}

void Simulator::State::after_effect(const Fault& fault, const Call& call,
                                    const http::ResponderPtr& responder, http::Response response) {
  switch (fault.kind) {
    case FaultKind::hold:
      return hold({call.path, call.idempotency_key, responder, std::move(response)});
    case FaultKind::lose:
      return cut(responder);
    case FaultKind::error_after:
      return responder->answer(problem(500, "api_error", "A failure made by the simulator."));
    default:
      // The call is in progress until it is answered.
      if (!call.idempotency_key.empty()) account.begin(call.idempotency_key);
      return delay(Millis(fault.ms),
                   [this, key = call.idempotency_key, responder, response = std::move(response)] {
                     account.end(key);
                     responder->answer(response);
                   });
  }
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

void Simulator::State::delay(Millis wait, Loop::Task task) {
  const std::uint64_t id = next_delay++;
  delays[id] = loop.after(wait, [this, id, task = std::move(task)] {
    const Loop::Timer own = std::move(delays[id]);
    delays.erase(id);
    task();
  });
}

Json Simulator::State::held_list() const {
  Json::Array list;
  for (const Held& one : held) {
    list.push_back(Json::object({{"path", one.path}, {"key", one.key}}));
  }
  return Json::object({{"count", held.size()}, {"held", Json(std::move(list))}});
}

Result<Json> Simulator::State::reset() {
  faults.clear();
  release();
  webhooks.clear();
  webhooks.set_manners({});
  shift = Millis(0);
  account.reset();
  if (journal) {
    if (auto done = journal->clear(); !done) return fail(done.error());
  }
  if (auto done = set_up_webhook(); !done) return fail(done.error());
  return Json(Json::Object{});
}

void Simulator::State::control(const std::string& method, const std::string& path,
                               std::function<Result<Json>(const Json&)> action) {
  server.route(method, path,
               [action = std::move(action)](const http::Request& request,
                                            const http::ResponderPtr& responder) {
                 const auto body = parse_json(request.body.empty() ? "{}" : request.body);
                 const auto answer = body ? action(*body) : Result<Json>(fail(body.error()));
                 if (answer) return responder->answer(json_response(200, *answer));
                 responder->answer(problem(400, "invalid_request_error", answer.error().detail));
               });
}

void Simulator::State::control_routes() {
  control("GET", "/_sim/charges", [this](const Json&) { return ledger(account.state()); });
  control("GET", "/_sim/held", [this](const Json&) { return held_list(); });
  control("GET", "/_sim/webhooks", [this](const Json&) {
    return Json::object({{"waiting", webhooks.waiting()}});
  });
  const auto add = [this](const Json& body) -> Result<Json> {
    auto fault = parse_fault(body);
    if (!fault) return fail(fault.error());
    if (auto added = faults.add(std::move(*fault)); !added) return fail(added.error());
    return Json(Json::Object{});
  };
  control("POST", "/_sim/hold", add);  // hold is the fault that is meant when none is named
  control("POST", "/_sim/fault", add);
  control("POST", "/_sim/release", [this](const Json&) {
    return Json::object({{"released", release()}});
  });
  control("POST", "/_sim/reset", [this](const Json&) { return reset(); });
  control("POST", "/_sim/webhooks", [this](const Json& body) -> Result<Json> {
    const Json* reverse = body.at("reverse");
    const WebhookManners manners{
        .copies = body.int_at("copies", 1),
        .delay_ms = body.int_at("delay_ms"),
        .reverse = reverse != nullptr && reverse->as_bool() != nullptr && *reverse->as_bool()};
    if (manners.copies < 1 || manners.copies > 100 || manners.delay_ms < 0) {
      return fail(Code::invalid_argument, "copies is 1 to 100, delay_ms is not negative");
    }
    webhooks.set_manners(manners);
    return Json(Json::Object{});
  });
  control("POST", "/_sim/challenge", [this](const Json& body) -> Result<Json> {
    const Json* pass = body.at("pass");
    if (pass == nullptr || pass->as_bool() == nullptr) {
      return fail(Code::invalid_argument, "expected intent and pass (true or false)");
    }
    Reply reply = account.challenge(body.text_at("intent"), *pass->as_bool(), now(), random);
    if (reply.status == 200) return std::move(reply.body);
    return fail(Code::invalid_argument, reply.body.at("error")->text_at("message"));
  });
  control("POST", "/_sim/clock", [this](const Json& body) -> Result<Json> {
    const std::int64_t seconds = body.int_at("advance_s");
    constexpr std::int64_t ten_years = 10LL * 366 * 86'400;
    if (seconds < 1 || seconds > ten_years) {
      return fail(Code::invalid_argument, "advance_s is 1 to ten years");
    }
    shift += std::chrono::seconds(seconds);
    account.lapse(now(), random);
    return Json::object({{"now", unix_seconds(now())}});
  });
}

}  // namespace trayline::stripe_sim
