// Delivery of events to the webhook endpoints: signed, repeated until a 2xx answer, as politely or
// rudely as the controls say. Belongs to the loop's thread.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/clock.hpp"
#include "lib/http/client.hpp"
#include "lib/loop/loop.hpp"
#include "sim/stripe/account.hpp"

namespace trayline::stripe_sim {

// Stripe-Signature of a body: t=<unix>,v1=<hex HMAC-SHA-256(secret, t.body)>
// (docs.stripe.com/webhooks/signature).
std::string stripe_signature(std::string_view body, std::string_view secret, Time now);
// Before the next try after so many: 0.2 s, doubling to 60 s.
Millis webhook_delay(int tries);

struct WebhookManners {
  std::int64_t copies = 1;    // of each event
  std::int64_t delay_ms = 0;  // before the first try
  bool reverse = false;       // of the events of one call the last first
  // The copies of one delivery as their further delays; null: one without.
  std::function<std::vector<Millis>()> deliveries = nullptr;
};

class Webhooks {
 public:
  static constexpr std::size_t waiting_max = 100'000;  // more are given up, visibly
  static constexpr int tries_max = 4'400;              // about three days

  // account must outlive it; now gives the simulator's time.
  Webhooks(Loop& loop, Account& account, std::function<Time()> now);

  // Queues the new events among the changes.
  void on_changes(const std::vector<Change>& changes);
  // Queues what was not delivered before a restart.
  void resume();
  void set_manners(WebhookManners manners) { manners_ = std::move(manners); }
  std::size_t waiting() const { return jobs_.size(); }
  // Forgets what waits; tasks of when_tried() are run.
  void clear();

  // For when_tried(): what is queued later comes after this mark.
  std::uint64_t mark() const { return next_; }
  // Runs the task once every delivery queued since the mark was tried once.
  void when_tried(std::uint64_t mark, Loop::Task task);

 private:
  struct Job {
    std::string event;
    std::string endpoint;
    int tries = 0;
    bool counts = true;  // false for further copies
    Loop::Timer timer;
  };
  struct Waiter {
    std::uint64_t from;
    std::uint64_t to;
    std::uint64_t left;
    Loop::Task task;
  };
  void add(const std::string& event, const std::string& endpoint, bool counts, Millis delay);
  void queue(const Json& event, Millis delay);
  void schedule(std::uint64_t id, Millis delay);
  void attempt(std::uint64_t id);
  void give_up(std::uint64_t id);
  void answered(std::uint64_t id, bool taken);
  void tried(std::uint64_t id);

  Loop& loop_;
  Account& account_;
  std::function<Time()> now_;
  http::Client client_;
  WebhookManners manners_;
  std::uint64_t next_ = 0;
  std::map<std::uint64_t, Job> jobs_;
  std::vector<Waiter> waiters_;
};

}  // namespace trayline::stripe_sim
