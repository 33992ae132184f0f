// The way of a request: limits and sign-in on the loop's thread, reading and computing on a
// worker, changes through the tick.
#include "cloud/api/api.hpp"

#include <algorithm>
#include <set>

#include "cloud/api/call.hpp"
#include "cloud/api/conventions.hpp"
#include "cloud/api/streams.hpp"

namespace trayline::api {
namespace {

bool is_loopback(const http::Request& request) {
  // A proxy on this machine is a loopback peer as well, but says for whom it asks.
  const bool direct =
      request.header("X-Forwarded-For") == nullptr && request.header("Forwarded") == nullptr;
  return direct && (request.peer.starts_with("127.") || request.peer == "::1");
}

bool takes_body(const std::string& method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

// "default";q=200;w=10 as the draft of the IETF's RateLimit header fields has it.
void add_rate_headers(http::Headers& headers, const auth::Rate& rate,
                      const auth::Allowance& allowance) {
  const auto seconds = [](Millis time) { return std::to_string((time.count() + 999) / 1000); };
  const std::string name = "\"" + rate.name + "\"";
  headers.emplace_back("RateLimit-Policy", name + ";q=" + std::to_string(rate.burst) +
                                               ";w=" + seconds(rate.every * rate.burst));
  headers.emplace_back("RateLimit", name + ";r=" + std::to_string(allowance.remaining) +
                                        ";t=" + seconds(rate.every));
}

}  // namespace

struct Api::State : std::enable_shared_from_this<Api::State> {
  explicit State(Parts p)
      : parts(std::move(p)),
        per_user(parts.settings.per_user),
        per_address(parts.settings.per_address),
        requests(parts.metrics.counter("trayline_api_requests_total", "Requests to the API.")),
        throttled(parts.metrics.counter("trayline_api_throttled_total", "Requests over a limit.")),
        unauthenticated(parts.metrics.counter("trayline_api_unauthenticated_total",
                                              "Requests without a good token.")) {}

  void serve(const host::Route& route, http::Request request, http::ResponderPtr responder);
  void serve_raw(const host::Route& route, const CallPtr& call);
  void add_common_headers(Call& call) const;
  bool sign_in(Call& call);
  void refuse_sign_in(const Call& call, bool had_token);
  bool within_rate(Call& call);
  bool read(Call& call) const;
  void command(const CallPtr& call);
  void query(const CallPtr& call);
  void preflight(const http::Request& request, const http::ResponderPtr& responder,
                 const std::string& methods) const;
  std::string allowed_origin(const http::Request& request) const;
  void mount_own(http::Server& server);
  void mount_preflights(http::Server& server);

  Parts parts;
  auth::Throttle per_user;
  auth::Throttle per_address;
  Counter requests, throttled, unauthenticated;
  std::shared_ptr<Streams> streams;
};

std::string Api::State::allowed_origin(const http::Request& request) const {
  const auto& allowed = parts.settings.allow_origins;
  const std::string* origin = request.header("Origin");
  if (origin == nullptr) return {};
  const bool listed = std::any_of(allowed.begin(), allowed.end(), [&](const std::string& one) {
    return one == "*" || one == *origin;
  });
  return listed ? *origin : std::string();
}

void Api::State::add_common_headers(Call& call) const {
  call.request_id = given_request_id(call.request).value_or(uuid7(parts.clock.now(), parts.random));
  call.headers.emplace_back("X-Request-Id", call.request_id);
  if (const auto trace = given_traceparent(call.request)) {
    call.headers.emplace_back("traceparent", *trace);
  }
  if (parts.settings.allow_origins.empty()) return;
  call.headers.emplace_back("Vary", "Origin");
  const std::string origin = allowed_origin(call.request);
  if (origin.empty()) return;
  call.headers.emplace_back("Access-Control-Allow-Origin", origin);
  call.headers.emplace_back("Access-Control-Expose-Headers",
                            "ETag, Location, Retry-After, X-Request-Id, RateLimit");
}

bool Api::State::sign_in(Call& call) {
  const std::optional<std::string> token = bearer_token(call.request);
  if (token && token->empty()) return false;
  if (!token) return false;
  const Result<auth::Claims> claims =
      parts.verifier.verify(*token, parts.settings.tokens, parts.clock.now());
  if (!claims) return false;
  call.token = *token;
  call.caller.user = UserId(claims->subject);
  call.caller.groups = claims->groups;
  call.caller.name = !claims->name.empty()    ? claims->name
                     : !claims->email.empty() ? claims->email
                                              : claims->username;
  return true;
}

// RFC 6750 3: a request without a token hears of no error code.
void Api::State::refuse_sign_in(const Call& call, bool had_token) {
  unauthenticated.add();
  const std::string challenge = had_token ? "Bearer realm=\"trayline\", error=\"invalid_token\""
                                          : "Bearer realm=\"trayline\"";
  const std::string detail =
      had_token ? "The token is not valid, or not any more." : "Sign in first.";
  call.refuse(401, {Code::unauthenticated, "unauthenticated", detail, {}},
              {{"WWW-Authenticate", challenge}});
}

bool Api::State::within_rate(Call& call) {
  const bool known = !call.caller.user.empty();
  auth::Throttle& throttle = known ? per_user : per_address;
  call.caller_key = known ? "user:" + call.caller.user.value : "address:" + call.request.peer;
  const auth::Allowance allowance = throttle.take(call.caller_key, parts.clock.monotonic());
  add_rate_headers(call.headers, throttle.rate(), allowance);
  if (allowance.allowed) return true;
  throttled.add();
  call.refuse(429, {Code::exhausted,
                    "rate_limited",
                    "Too many requests: the limit " + throttle.rate().name + " is reached.",
                    {}});
  return false;
}

bool Api::State::read(Call& call) const {
  if (!takes_body(call.request.method)) return true;
  auto body = read_body(call.request, parts.settings.json);
  if (!body) {
    call.refuse(body.error().status, body.error().problem);
    return false;
  }
  if (body->is_null() && !call.route->doc.request.is_null()) {
    call.refuse(400, {Code::invalid_argument,
                      "body_missing",
                      "This request needs a JSON body.",
                      {{"", "is required"}}});
    return false;
  }
  call.body = std::move(*body);
  return true;
}

void Api::State::serve(const host::Route& route, http::Request request,
                       http::ResponderPtr responder) {
  requests.add();
  const auto call = std::make_shared<Call>();
  call->request = std::move(request);
  call->responder = std::move(responder);
  call->route = &route;
  add_common_headers(*call);
  const bool had_token = call->request.header("Authorization") != nullptr;
  const bool known = sign_in(*call);
  const bool raw = std::holds_alternative<host::Raw>(route.handle);
  // Facades of other wires have limits and forms of their own.
  const bool own_conventions = raw && route.access == host::Access::anybody;
  if (!own_conventions && !within_rate(*call)) return;
  if (route.access != host::Access::anybody && !known) return refuse_sign_in(*call, had_token);
  if (route.access == host::Access::staff && !call->caller.in_group("staff")) {
    return call->refuse({Code::permission_denied, "staff_only", "This is for staff only.", {}});
  }
  if (raw) return serve_raw(route, call);
  if (!read(*call)) return;
  if (std::holds_alternative<host::Command>(route.handle)) return command(call);
  if (std::holds_alternative<host::Query>(route.handle)) return query(call);
  streams->start(call);
}

void Api::State::serve_raw(const host::Route& route, const CallPtr& call) {
  std::get<host::Raw>(route.handle)(std::move(call->request), call->responder, call->caller);
}

void Api::State::query(const CallPtr& call) {
  const auto job = [self = shared_from_this(), call](store::Session& reader) {
    const auto& handle = std::get<host::Query>(call->route->handle);
    const auto answer = handle(call->asked(self->parts.clock.now(), self->parts.random), reader);
    if (!answer) return call->refuse(answer.error());
    call->answer(*answer);
  };
  if (!parts.workers.run(job)) call->refuse(503, busy());
}

void Api::State::command(const CallPtr& call) {
  std::optional<host::Idempotency> idempotency;
  if (call->route->idempotent) {
    auto given = idempotency_of(call->request, call->caller_key);
    if (!given) return call->refuse(given.error());
    idempotency = std::move(*given);
  }
  const auto job = [self = shared_from_this(), call, idempotency](store::Session& reader) {
    const auto& handle = std::get<host::Command>(call->route->handle);
    auto message = handle(call->asked(self->parts.clock.now(), self->parts.random), reader);
    if (!message) return call->refuse(message.error());
    message->idempotency = idempotency;
    const Result<void> taken =
        self->parts.ask(std::move(*message), [call](const host::Answer& a) { call->answer(a); });
    if (!taken) call->refuse(503, busy());
  };
  if (!parts.workers.run(job)) call->refuse(503, busy());
}

void Api::State::preflight(const http::Request& request, const http::ResponderPtr& responder,
                           const std::string& methods) const {
  http::Response response{.status = 204, .headers = {{"Vary", "Origin"}}, .body = {}};
  if (const std::string origin = allowed_origin(request); !origin.empty()) {
    response.headers.emplace_back("Access-Control-Allow-Origin", origin);
    response.headers.emplace_back("Access-Control-Allow-Methods", methods);
    response.headers.emplace_back("Access-Control-Allow-Headers",
                                  "Authorization, Content-Type, Idempotency-Key, If-Match, "
                                  "If-None-Match, Last-Event-ID, X-Request-Id, traceparent");
    response.headers.emplace_back("Access-Control-Max-Age", "86400");
  }
  responder->answer(std::move(response));
}

void Api::State::mount_preflights(http::Server& server) {
  std::map<std::string, std::string> methods;
  std::set<std::string> own;
  for (const host::Route& route : parts.routes) {
    if (route.method == "OPTIONS") own.insert(route.pattern);
    std::string& text = methods[route.pattern];
    text += (text.empty() ? "" : ", ") + route.method;
  }
  for (const auto& [pattern, text] : methods) {
    if (own.contains(pattern)) continue;
    server.route("OPTIONS", pattern,
                 [self = shared_from_this(), allowed = text](const http::Request& request,
                                                             const http::ResponderPtr& responder) {
                   self->preflight(request, responder, allowed);
                 });
  }
}

void Api::State::mount_own(http::Server& server) {
  const auto document = openapi(parts.settings.described, parts.routes).dump();
  server.route("GET", "/openapi.json",
               [document](const http::Request&, const http::ResponderPtr& responder) {
                 responder->answer({.status = 200,
                                    .headers = {{"Content-Type", "application/json"},
                                                {"Access-Control-Allow-Origin", "*"},
                                                {"Cache-Control", "no-cache"}},
                                    .body = document});
               });
  server.route("GET", "/healthz", [](const http::Request&, const http::ResponderPtr& responder) {
    responder->answer(
        {.status = 200,
         .headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}},
         .body = "{\"status\":\"ok\"}"});
  });
  server.route("GET", "/metrics",
               [self = shared_from_this()](const http::Request& request,
                                           const http::ResponderPtr& responder) {
                 if (!is_loopback(request)) {
                   return responder->answer(refusal(404, "there is nothing at this path"));
                 }
                 responder->answer({.status = 200,
                                    .headers = {{"Content-Type", "text/plain; version=0.0.4"}},
                                    .body = self->parts.metrics.text()});
               });
}

Api::Api(Parts parts) : state_(std::make_shared<State>(std::move(parts))) {
  State& state = *state_;
  const Parts& p = state.parts;
  state.streams = std::make_shared<Streams>(StreamParts{
      .loop = p.loop,
      .clock = p.clock,
      .random = p.random,
      .workers = p.workers,
      .streams_max = p.settings.streams_max,
      .per_caller_max = p.settings.streams_per_caller_max,
      .reread = p.settings.stream_reread,
      .still_good =
          [&state](const Call& call) {
            return call.token.empty() ||
                   state.parts.verifier
                       .verify(call.token, state.parts.settings.tokens, state.parts.clock.now())
                       .has_value();
          },
      .open = p.metrics.gauge("trayline_api_streams", "Open live streams.")});
}

Api::~Api() { state_->streams->stop(); }

void Api::mount(http::Server& server) {
  server.always({{"X-Content-Type-Options", "nosniff"}, {"Referrer-Policy", "no-referrer"}});
  for (const host::Route& route : state_->parts.routes) {
    server.route(
        route.method, route.pattern,
        [self = state_, &route](http::Request request, http::ResponderPtr responder) {
          self->serve(route, std::move(request), std::move(responder));
        },
        route.body_bytes_max, route.guard);
  }
  state_->mount_own(server);
  if (!state_->parts.settings.allow_origins.empty()) state_->mount_preflights(server);
}

void Api::wake(const std::vector<std::string>& keys) {
  state_->parts.loop.post([streams = state_->streams, keys] { streams->wake(keys); });
}

}  // namespace trayline::api
