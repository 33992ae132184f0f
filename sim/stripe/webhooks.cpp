#include "sim/stripe/webhooks.hpp"

#include <algorithm>
#include <utility>

#include "lib/base/digest.hpp"
#include "lib/base/encoding.hpp"
#include "lib/base/log.hpp"
#include "sim/stripe/context.hpp"

namespace trayline::stripe_sim {
namespace {

constexpr Millis timeout{10'000};

}  // namespace

std::string stripe_signature(std::string_view body, std::string_view secret, Time now) {
  const std::string time = std::to_string(unix_seconds(now));
  const std::string message = time + "." + std::string(body);
  return "t=" + time + ",v1=" + to_hex(hmac_sha256(as_bytes(secret), as_bytes(message)));
}

Millis webhook_delay(int tries) {
  constexpr std::int64_t longest_ms = 60'000;
  return Millis(std::min<std::int64_t>(std::int64_t{200} << std::min(tries, 16), longest_ms));
}

Webhooks::Webhooks(Loop& loop, Account& account, std::function<Time()> now)
    : loop_(loop), account_(account), now_(std::move(now)), client_(loop) {}

void Webhooks::on_changes(const std::vector<Change>& changes) {
  std::vector<const Json*> events;
  for (const Change& change : changes) {
    if (change.table == Table::events && change.value.int_at("pending_webhooks") > 0) {
      events.push_back(&change.value);
    }
  }
  if (manners_.reverse) std::reverse(events.begin(), events.end());
  for (const Json* event : events) queue(*event, Millis(manners_.delay_ms));
}

void Webhooks::resume() {
  for (const std::string& id : account_.state().ids(Table::events)) {
    const Json& event = *account_.state().find(Table::events, id);
    if (event.int_at("pending_webhooks") > 0) queue(event, Millis(0));
  }
}

void Webhooks::clear() {
  jobs_.clear();
  for (Waiter& waiter : std::exchange(waiters_, {})) waiter.task();
}

void Webhooks::queue(const Json& event, Millis delay) {
  for (const std::string& endpoint : account_.state().ids(Table::endpoints)) {
    if (!wants_event(*account_.state().find(Table::endpoints, endpoint), event.text_at("type"))) {
      continue;
    }
    std::vector<Millis> copies{Millis(0)};
    if (manners_.deliveries) copies = manners_.deliveries();
    copies.resize(std::max(copies.size(), static_cast<std::size_t>(manners_.copies)), Millis(0));
    for (std::size_t copy = 0; copy < copies.size(); ++copy) {
      add(event.text_at("id"), endpoint, copy == 0, delay + copies[copy]);
    }
  }
}

void Webhooks::add(const std::string& event, const std::string& endpoint, bool counts,
                   Millis delay) {
  if (jobs_.size() >= waiting_max) {
    return log(Level::error, "webhook given up: too many are waiting", {{"event", event}});
  }
  const std::uint64_t id = next_++;
  jobs_[id] = Job{event, endpoint, 0, counts, {}};
  schedule(id, delay);
}

void Webhooks::schedule(std::uint64_t id, Millis delay) {
  jobs_[id].timer = loop_.after(delay, [this, id] { attempt(id); });
}

void Webhooks::attempt(std::uint64_t id) {
  const auto job = jobs_.find(id);
  if (job == jobs_.end()) return;
  const Json* event = account_.state().find(Table::events, job->second.event);
  const Json* endpoint = account_.state().find(Table::endpoints, job->second.endpoint);
  if (event == nullptr || endpoint == nullptr || !wants_event(*endpoint, event->text_at("type")) ||
      ++job->second.tries > tries_max) {
    return give_up(id);
  }
  http::ClientRequest request;
  request.method = "POST";
  request.url = endpoint->text_at("url");
  request.body = public_view(*event).dump();
  request.timeout = timeout;
  request.headers = {
      {"Content-Type", "application/json; charset=utf-8"},
      {"Stripe-Signature", stripe_signature(request.body, endpoint->text_at("_secret"), now_())}};
  client_.send(std::move(request), [this, id](Result<http::Response> response) {
    answered(id, response && response->status >= 200 && response->status < 300);
  });
}

void Webhooks::give_up(std::uint64_t id) {
  log(Level::warning, "webhook given up", {{"event", jobs_[id].event}});
  const bool first = jobs_[id].tries == 0;
  jobs_.erase(id);
  if (first) tried(id);
}

void Webhooks::answered(std::uint64_t id, bool taken) {
  const auto job = jobs_.find(id);
  if (job == jobs_.end()) return;
  const bool first = job->second.tries == 1;
  if (taken) {
    const Job done = std::move(job->second);
    jobs_.erase(job);
    if (done.counts) account_.apply({Change{Table::deliveries, done.event, Json(Json::Object{})}});
  } else {
    schedule(id, webhook_delay(job->second.tries));
  }
  if (first) tried(id);
}

void Webhooks::tried(std::uint64_t id) {
  for (std::size_t i = 0; i < waiters_.size(); ++i) {
    Waiter& waiter = waiters_[i];
    if (id < waiter.from || id >= waiter.to || --waiter.left > 0) continue;
    const Loop::Task task = std::move(waiter.task);
    waiters_.erase(waiters_.begin() + static_cast<std::ptrdiff_t>(i));
    return task();  // each delivery belongs to one call, and so to one waiter
  }
}

void Webhooks::when_tried(std::uint64_t mark, Loop::Task task) {
  if (mark == next_) return task();
  waiters_.push_back({mark, next_, next_ - mark, std::move(task)});
}

}  // namespace trayline::stripe_sim
