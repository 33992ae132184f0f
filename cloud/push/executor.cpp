#include "cloud/push/executor.hpp"

#include <algorithm>

#include "lib/base/check.hpp"
#include "lib/base/log.hpp"

namespace trayline::push {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kKinds = "push.";
constexpr milliseconds kRetryAfterMost{60 * 60 * 1000};

host::Outcome finished(const host::Claimed& effect, std::int64_t http_status) {
  host::Outcome outcome;
  outcome.id = effect.id;
  outcome.result = host::to<wire::push::In>(
      wire::push::kService, wire::push::Delivered{OrderId(effect.body.text_at("order")),
                                                  effect.body.text_at("status"), http_status});
  outcome.patient = true;
  return outcome;
}

host::Outcome again(const host::Claimed& effect, std::string error, milliseconds at_least) {
  host::Outcome outcome;
  outcome.id = effect.id;
  outcome.retry_after = std::max(host::retry_delay(effect.tries), at_least);
  outcome.error = std::move(error);
  return outcome;
}

bool is_final(int status) {
  return (status >= 200 && status < 300) ||
         (status >= 400 && status < 500 && status != 408 && status != 429);
}

// RFC 9110 10.2.3, seconds only; bounded.
milliseconds retry_after(const http::Response& response) {
  const std::string* text = http::find_header(response.headers, "Retry-After");
  if (text == nullptr || text->empty() || text->size() > 6) return milliseconds(0);
  milliseconds delay(0);
  for (const char c : *text) {
    if (c < '0' || c > '9') return milliseconds(0);
    delay = delay * 10 + std::chrono::seconds(c - '0');
  }
  return std::min(delay, kRetryAfterMost);
}

host::Outcome outcome_of(const host::Claimed& effect, const Settings& settings,
                         const Result<http::Response>& response) {
  if (response && is_final(response->status)) {
    if (response->status >= 400) {
      log(Level::warning, "a push was refused",
          {{"key", effect.key}, {"status", response->status}});
    }
    return finished(effect, response->status);
  }
  const std::string error =
      response ? "status " + std::to_string(response->status)
               : std::string(to_string(response.error().code)) + ": " + response.error().detail;
  if (effect.tries + 1 >= settings.tries_max) {
    log(Level::error, "a push was given up", {{"key", effect.key}, {"why", error}});
    return finished(effect, response ? response->status : 504);
  }
  return again(effect, error, response ? retry_after(*response) : milliseconds(0));
}

class HttpExecutor final : public host::Executor {
 public:
  HttpExecutor(Loop& loop, http::Client& client, Settings settings)
      : loop_(loop),
        client_(client),
        settings_(std::make_shared<const Settings>(std::move(settings))) {}

  bool carries(std::string_view kind) const override { return kind.starts_with(kKinds); }

  void execute(std::vector<host::Claimed> effects, host::Done done) override {
    if (settings_->endpoint_url.empty()) return write_to_log(effects, done);
    const auto shared = std::make_shared<const host::Done>(std::move(done));
    for (host::Claimed& effect : effects) {
      loop_.post([&client = client_, settings = settings_, shared, effect = std::move(effect)] {
        send(client, settings, shared, effect);
      });
    }
  }

 private:
  static void send(http::Client& client, const std::shared_ptr<const Settings>& settings,
                   const std::shared_ptr<const host::Done>& done, const host::Claimed& effect) {
    http::ClientRequest request{
        .method = "POST",
        .url = settings->endpoint_url,
        .headers = {{"Content-Type", "application/json"}, {"Idempotency-Key", effect.key}},
        .body = effect.body.dump(),
        .timeout = settings->timeout,
        .ca_file = settings->ca_file,
    };
    client.send(std::move(request), [settings, done, effect](const Result<http::Response>& r) {
      (*done)({outcome_of(effect, *settings, r)});
    });
  }

  static void write_to_log(const std::vector<host::Claimed>& effects, const host::Done& done) {
    std::vector<host::Outcome> outcomes;
    for (const host::Claimed& effect : effects) {
      log(Level::debug, "a push has no endpoint", {{"key", effect.key}});
      outcomes.push_back(finished(effect, 0));
    }
    done(std::move(outcomes));
  }

  Loop& loop_;
  http::Client& client_;
  std::shared_ptr<const Settings> settings_;
};

}  // namespace

std::unique_ptr<host::Executor> make_executor(Loop& loop, http::Client& client, Settings settings) {
  return std::make_unique<HttpExecutor>(loop, client, std::move(settings));
}

bool MemoryExecutor::carries(std::string_view kind) const { return kind.starts_with(kKinds); }

void MemoryExecutor::execute(std::vector<host::Claimed> effects, host::Done done) {
  std::vector<host::Outcome> outcomes;
  for (const host::Claimed& effect : effects) {
    if (fail_ > 0) {
      --fail_;
      outcomes.push_back(again(effect, "told to fail", milliseconds(0)));
      continue;
    }
    const Result<wire::push::Notify> news = from_json<wire::push::Notify>(effect.body);
    check(news.has_value(), "push: an effect that cannot be read");
    if (keys_.insert(effect.key).second) delivered_.push_back(*news);
    outcomes.push_back(finished(effect, 200));
  }
  done(std::move(outcomes));
}

}  // namespace trayline::push
