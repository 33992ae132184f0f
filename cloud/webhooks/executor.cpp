#include "cloud/webhooks/executor.hpp"

#include <algorithm>

#include "cloud/webhooks/signature.hpp"
#include "lib/base/log.hpp"

namespace trayline::webhooks {
namespace {

using wire::webhooks::Tried;

host::Outcome outcome_of(const std::string& effect, Tried tried) {
  host::Outcome outcome;
  outcome.id = effect;
  outcome.result = host::to<wire::webhooks::In>(wire::webhooks::kService, std::move(tried));
  return outcome;
}

// RFC 9110 10.2.3, seconds only; the decision bounds it.
std::int64_t retry_after_ms(const http::Response& response) {
  const std::string* text = http::find_header(response.headers, "Retry-After");
  if (text == nullptr || text->empty() || text->size() > 6) return 0;
  std::int64_t seconds = 0;
  for (const char c : *text) {
    if (c < '0' || c > '9') return 0;
    seconds = seconds * 10 + (c - '0');
  }
  return seconds * 1000;
}

Tried tried_of(const std::string& delivery, const Result<http::Response>& response) {
  if (!response) {
    const Error& error = response.error();
    return {delivery, 0, 0, std::string(to_string(error.code)) + ": " + error.detail};
  }
  const int status = response->status;
  if (status >= 200 && status < 300) return {delivery, status, 0, ""};
  if (status == 410) log(Level::warning, "a webhook's receiver is gone", {{"delivery", delivery}});
  const bool moved = status >= 300 && status < 400;
  return {delivery, status, retry_after_ms(*response),
          "status " + std::to_string(status) +
              (moved ? ": redirects are not followed, correct the endpoint's url" : "")};
}

class HttpExecutor final : public host::Executor {
 public:
  HttpExecutor(const ExecutorParts& parts, std::shared_ptr<const Settings> settings)
      : parts_(parts), settings_(std::move(settings)) {
    for (const Endpoint& endpoint : settings_->endpoints) {
      for (const bool taken : {false, true}) {
        tries_[{endpoint.id, taken}] = parts.metrics.counter(
            "trayline_webhooks_tries_total", "tries to deliver, by how they ended",
            {{"endpoint", endpoint.id}, {"outcome", taken ? "delivered" : "failed"}});
      }
    }
  }

  bool carries(std::string_view kind) const override { return kind == kSend; }

  void execute(std::vector<host::Claimed> effects, host::Done done) override {
    const auto shared = std::make_shared<const host::Done>(std::move(done));
    for (host::Claimed& effect : effects) {
      parts_.loop.post([this, shared, effect = std::move(effect)] { send(effect, shared); });
    }
  }

 private:
  void send(const host::Claimed& effect, const std::shared_ptr<const host::Done>& done);

  ExecutorParts parts_;
  std::shared_ptr<const Settings> settings_;
  std::map<std::pair<std::string, bool>, Counter> tries_;
};

void HttpExecutor::send(const host::Claimed& effect,
                        const std::shared_ptr<const host::Done>& done) {
  const std::string delivery = effect.body.text_at("delivery");
  const std::string id = effect.body.text_at("event");
  const Endpoint* endpoint = settings_->find(effect.body.text_at("endpoint"));
  if (endpoint == nullptr) {
    return (*done)({outcome_of(effect.id, {delivery, 0, 0, "the endpoint is not configured"})});
  }
  const Time now = parts_.clock.now();
  std::string body = effect.body.text_at("body");
  http::ClientRequest request{
      .method = "POST",
      .url = endpoint->url,
      .headers = {{"Content-Type", "application/json"},
                  {"webhook-id", id},
                  {"webhook-timestamp", seconds_of(now)},
                  {"webhook-signature", sign(endpoint->keys, id, now, body)}},
      .body = std::move(body),
      .timeout = settings_->timeout,
      .ca_file = endpoint->ca_file,
  };
  // The time-out bounds silences; a body that trickles in ends at the next piece.
  const Millis until = parts_.clock.monotonic() + settings_->timeout;
  const auto read = std::make_shared<std::size_t>(0);
  const auto chunk = [clock = &parts_.clock, until, read](std::string_view piece) {
    *read += piece.size();
    return *read <= kAnswerBytesMax && clock->monotonic() < until;
  };
  parts_.client.stream(
      std::move(request), chunk,
      [done, delivery, effect_id = effect.id, taken = tries_.at({endpoint->id, true}),
       failed = tries_.at({endpoint->id, false})](const Result<http::Response>& response) mutable {
        Tried tried = tried_of(delivery, response);
        (tried.error.empty() ? taken : failed).add();
        (*done)({outcome_of(effect_id, std::move(tried))});
      });
}

}  // namespace

std::unique_ptr<host::Executor> make_executor(const ExecutorParts& parts,
                                              std::shared_ptr<const Settings> settings) {
  return std::make_unique<HttpExecutor>(parts, std::move(settings));
}

bool MemoryExecutor::carries(std::string_view kind) const { return kind == kSend; }

void MemoryExecutor::finish(const Try& what, const std::string& effect,
                            const host::Done& done) const {
  const auto told = answers_.find(what.endpoint);
  const std::int64_t status = told == answers_.end() ? 200 : told->second;
  const bool taken = status >= 200 && status < 300;
  done({outcome_of(effect, {what.delivery, status, 0, taken ? "" : "told to fail"})});
}

void MemoryExecutor::execute(std::vector<host::Claimed> effects, host::Done done) {
  for (const host::Claimed& effect : effects) {
    Try what{effect.body.text_at("delivery"), effect.body.text_at("event"),
             effect.body.text_at("endpoint"), effect.body.text_at("body")};
    tries_.push_back(what);
    if (const auto held = held_.find(what.endpoint); held != held_.end()) {
      held->second.push_back({std::move(what), effect.id, done});
    } else {
      finish(what, effect.id, done);
    }
  }
}

void MemoryExecutor::release(const std::string& endpoint) {
  const auto held = held_.extract(endpoint);
  if (held.empty()) return;
  for (const Open& open : held.mapped()) finish(open.what, open.effect, open.done);
}

}  // namespace trayline::webhooks
