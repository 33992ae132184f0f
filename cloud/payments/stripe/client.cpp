#include "cloud/payments/stripe/client.hpp"

#include <charconv>
#include <map>

#include "lib/base/check.hpp"
#include "lib/base/encoding.hpp"
#include "lib/config/secret.hpp"

namespace trayline::stripe {
namespace {

constexpr std::size_t key_max = 255;  // docs.stripe.com/api/idempotent_requests
constexpr std::size_t reply_bytes_max = 4 << 20;

std::optional<Millis> retry_after(const std::string* header) {
  if (header == nullptr) return std::nullopt;
  std::int64_t seconds = 0;
  const char* last = header->data() + header->size();
  const auto [stopped, error] = std::from_chars(header->data(), last, seconds);
  if (error != std::errc() || stopped != last || seconds < 0 || seconds > 86'400) {
    return std::nullopt;
  }
  return Millis(seconds * 1000);
}

Answer answer_of(const http::Response& response) {
  Answer answer{.status = response.status, .should_retry = {}, .retry_after = {}};
  if (const std::string* text = http::find_header(response.headers, "stripe-should-retry")) {
    if (*text == "true") answer.should_retry = true;
    if (*text == "false") answer.should_retry = false;
  }
  answer.retry_after = retry_after(http::find_header(response.headers, "retry-after"));
  const std::string* replayed = http::find_header(response.headers, "idempotent-replayed");
  answer.replayed = replayed != nullptr && *replayed == "true";
  return answer;
}

std::string_view why(Next next) {
  switch (next) {
    case Next::unknown_outcome:
      return "the provider's answer is not known; read it back";
    case Next::exhausted:
      return "the provider wants fewer calls";
    default:
      return "the provider cannot be reached";
  }
}

Code code_of(Next next) {
  if (next == Next::unknown_outcome) return Code::unknown_outcome;
  return next == Next::exhausted ? Code::exhausted : Code::unavailable;
}

// One call on its way.
struct Flight {
  Call call;
  Client::Done done;
  Retry retry;
};

}  // namespace

struct Client::State : std::enable_shared_from_this<Client::State> {
  State(Settings s, std::string k, Outside o, const Clock& c, Random& r)
      : settings(std::move(s)),
        key(std::move(k)),
        outside(std::move(o)),
        clock(c),
        random(r),
        bucket(settings.rate_limited_retries, Millis(1'000)),
        breaker(settings.breaker) {}

  void send(const std::shared_ptr<Flight>& flight);
  void received(const std::shared_ptr<Flight>& flight, Result<http::Response> response);
  void act(const std::shared_ptr<Flight>& flight, Action action, http::Response* response);
  void finish(const std::shared_ptr<Flight>& flight, Result<Reply> result);
  // Runs the task later if this client still lives.
  void later(Millis wait, std::function<void(State&)> task);
  http::ClientRequest request_of(const Call& call) const;

  Settings settings;
  std::string key;
  Outside outside;
  const Clock& clock;
  Random& random;
  TokenBucket bucket;
  Breaker breaker;
  std::size_t in_flight = 0;
};

Client::Client(Settings settings, std::string secret_key, Outside outside, const Clock& clock,
               Random& random)
    : state_(std::make_shared<State>(std::move(settings), std::move(secret_key), std::move(outside),
                                     clock, random)) {}

Client::~Client() = default;

void Client::call(Call call, Done done) {
  check(call.method == "GET" || !call.idempotency_key.empty(), "every POST has a key");
  check(call.idempotency_key.size() <= key_max, "a key has at most 255 characters");
  const bool changes = call.method != "GET";
  auto flight = std::make_shared<Flight>(
      Flight{std::move(call), std::move(done), Retry(state_->settings.retry, changes)});
  if (state_->in_flight >= state_->settings.in_flight_max) {
    state_->later(Millis(0), [flight](State&) {
      flight->done(fail(Code::exhausted, "too many calls to the provider are open"));
    });
    return;
  }
  if (!state_->breaker.admit(state_->clock.monotonic())) {
    state_->later(Millis(0), [flight](State&) {
      flight->done(fail(Code::unavailable, "the provider did not answer; it is tried again soon"));
    });
    return;
  }
  ++state_->in_flight;
  state_->send(flight);
}

void Client::State::later(Millis wait, std::function<void(State&)> task) {
  outside.after(wait, [weak = weak_from_this(), task = std::move(task)] {
    if (const auto self = weak.lock()) task(*self);
  });
}

http::ClientRequest Client::State::request_of(const Call& call) const {
  http::ClientRequest request;
  request.method = call.method;
  request.url = settings.base_url + call.path;
  request.timeout = settings.timeout;
  request.ca_file = settings.ca_file;
  request.headers = {
      {"Authorization", "Bearer " + key},
      {"Stripe-Version", call.api_version.empty() ? settings.api_version : call.api_version}};
  const std::string form = encode_form(call.params);
  if (call.method == "GET") {
    if (!form.empty()) request.url += "?" + form;
    return request;
  }
  request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  request.headers.emplace_back("Idempotency-Key", call.idempotency_key);
  request.body = form;
  return request;
}

void Client::State::send(const std::shared_ptr<Flight>& flight) {
  outside.send(request_of(flight->call),
               [weak = weak_from_this(), flight](Result<http::Response> response) {
                 if (const auto self = weak.lock()) self->received(flight, std::move(response));
               });
}

void Client::State::received(const std::shared_ptr<Flight>& flight,
                             Result<http::Response> response) {
  if (response) {
    const Action action =
        flight->retry.answered(answer_of(*response), bucket, clock.monotonic(), random);
    return act(flight, action, &*response);
  }
  const bool may_have_arrived = response.error().code != Code::unavailable;
  act(flight, flight->retry.failed(may_have_arrived, random), nullptr);
}

void Client::State::act(const std::shared_ptr<Flight>& flight, Action action,
                        http::Response* response) {
  if (action.next == Next::send) {
    return later(action.wait, [flight](State& self) { self.send(flight); });
  }
  if (action.next != Next::deliver) {
    return finish(flight, fail(code_of(action.next), std::string(why(action.next))));
  }
  auto body = parse_json(response->body, {.bytes_max = reply_bytes_max});
  const bool good = response->status >= 200 && response->status < 300;
  if (!body && good) {
    const Code code = flight->call.method == "GET" ? Code::unavailable : Code::unknown_outcome;
    return finish(flight, fail(code, "the provider's answer is not JSON"));
  }
  const std::string* id = http::find_header(response->headers, "request-id");
  const std::string* replayed = http::find_header(response->headers, "idempotent-replayed");
  finish(flight, Reply{.status = response->status,
                       .body = body ? std::move(*body) : Json(),
                       .replayed = replayed != nullptr && *replayed == "true",
                       .request_id = id == nullptr ? "" : *id});
}

void Client::State::finish(const std::shared_ptr<Flight>& flight, Result<Reply> result) {
  --in_flight;
  // Too many calls, or a refusal, is an answer as well.
  const bool reached = result || result.error().code == Code::exhausted;
  if (breaker.ended(reached, clock.monotonic()) && outside.breaker) {
    outside.breaker(breaker.is_open(), result ? "" : result.error().detail);
  }
  flight->done(std::move(result));
}

std::string encode_form(const Params& params) {
  std::string out;
  for (const auto& [name, value] : params) {
    if (!out.empty()) out += '&';
    for (const char c : name) {
      out += c == '[' || c == ']' ? std::string(1, c) : percent_encode(std::string_view(&c, 1));
    }
    out += '=' + percent_encode(value);
  }
  return out;
}

ProviderError decode_error(const Json& error) {
  return {.type = error.text_at("type"),
          .code = error.text_at("code"),
          .decline_code = error.text_at("decline_code"),
          .message = error.text_at("message")};
}

std::optional<ProviderError> error_of(const Reply& reply) {
  if (reply.status >= 200 && reply.status < 300) return std::nullopt;
  const Json* error = reply.body.at("error");
  if (error == nullptr || error->text_at("type").empty()) {
    return ProviderError{.type = "unreadable",
                         .code = {},
                         .decline_code = {},
                         .message = "HTTP status " + std::to_string(reply.status)};
  }
  return decode_error(*error);
}

Result<std::string> read_secret_key(const std::string& file) {
  Result<std::string> key = config::read_secret(file);
  if (!key) return key;
  if (!key->starts_with("sk_") && !key->starts_with("rk_")) {
    return fail(Code::invalid_argument, file + " does not hold a secret key (sk_...)");
  }
  return key;
}

Outside on_loop(Loop& loop, http::Client& client) {
  struct Timers {
    std::uint64_t next = 0;
    std::map<std::uint64_t, Loop::Timer> waiting;
  };
  const auto timers = std::make_shared<Timers>();
  return {.send =
              [&client](http::ClientRequest request, http::Client::Done done) {
                client.send(std::move(request), std::move(done));
              },
          .after =
              [&loop, timers](Millis wait, std::function<void()> task) {
                const std::uint64_t id = timers->next++;
                timers->waiting[id] =
                    loop.after(wait, [weak = std::weak_ptr(timers), id, task = std::move(task)] {
                      const auto alive = weak.lock();
                      // The timer that runs is destroyed after its task, not inside it.
                      const Loop::Timer own = alive ? std::move(alive->waiting[id]) : Loop::Timer();
                      if (alive) alive->waiting.erase(id);
                      task();
                    });
              }};
}

}  // namespace trayline::stripe
