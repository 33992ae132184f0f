// What a host holds between its turns. Inside of lib/host: host.cpp runs it, alone.cpp deals with
// messages that break.
#pragma once
#include <atomic>
#include <deque>
#include <map>
#include <set>

#include "lib/base/queue.hpp"
#include "lib/host/turn.hpp"

namespace trayline::host {

struct Parked {
  Host::Answered answered;
  Millis deadline{};
};

// What crosses from other threads to the tick's.
struct Asked {
  Message message;
  Host::Answered answered;
};
using Arrival = std::variant<Message, Asked, Rejected, Outcome>;

// After an unclean end messages are counted for at least, and under load at most, this.
inline constexpr Millis kCautiousFor{5'000};
inline constexpr Millis kCautiousMost{60'000};
// An effect that was under way at this many unclean ends waits a while before it is tried again.
inline constexpr int kSoonTries = 3;
inline constexpr Millis kLater{60'000};
// What is remembered.
inline constexpr Millis kInboxKept{8LL * 24 * 3600 * 1000};
inline constexpr Millis kAnswersKept{2LL * 24 * 3600 * 1000};
inline constexpr std::int64_t kDeadLettersMost = 100'000;
inline constexpr Millis kPurgeEvery{3'600'000};
// A turn that the store could not do is tried again after this.
inline constexpr Millis kStoreRetry{200};

struct Host::State {
  State(Parts p, std::vector<Service*> s, std::vector<Executor*> e)
      : parts(std::move(p)),
        services(std::move(s)),
        executors(std::move(e)),
        queue(parts.limits.queue_max + parts.limits.effects_in_flight_max),
        ticks(parts.metrics.counter("trayline_host_ticks_total", "Transactions of the tick.")),
        handled(parts.metrics.counter("trayline_host_messages_total", "Messages handled.")),
        rounds(parts.metrics.counter("trayline_host_rounds_total", "Rounds of load-decide-save.")),
        duplicates(
            parts.metrics.counter("trayline_host_duplicates_total", "Messages seen before.")),
        dead(parts.metrics.counter("trayline_host_dead_letters_total", "Messages given up.")),
        broken(parts.metrics.counter("trayline_host_broken_total", "Failed checks inside ticks.")),
        refused(
            parts.metrics.counter("trayline_host_refused_total", "Messages refused, queue full.")),
        depth(parts.metrics.gauge("trayline_host_queue", "Messages waiting for the tick.")) {}

  Parts parts;
  std::vector<Service*> services;
  std::vector<Executor*> executors;
  BoundedQueue<Arrival> queue;
  std::string owner;      // this start
  std::string host_name;  // empty where this host has the store for itself
  std::atomic<std::uint64_t> next_request{1};
  std::atomic<bool> stopping{false};
  std::atomic<bool> overloaded{false};

  // The tick's thread alone.
  std::map<std::uint64_t, Parked> parked;
  Keeping keeping;
  std::deque<Item> again;             // outcomes whose turn failed for want of the store
  std::optional<Millis> store_retry;  // monotonic
  std::deque<Item> riding;            // results that are not worth a turn of their own
  std::vector<std::string> finished;  // effects without a result, to be removed with the next turn
  std::optional<Millis> settle_at;    // monotonic
  std::optional<Time> due;
  std::set<std::string> in_flight;       // effects that an executor holds
  std::deque<Claimed> deferred;          // effects beyond effects_in_flight_max
  std::optional<Millis> cautious_until;  // monotonic
  std::optional<Millis> purge_at;        // monotonic
  std::optional<Millis> look_at;         // monotonic; on a shared store
  std::uint64_t connected = 0;           // the store's connection that holds this run

  Counter ticks, handled, rounds, duplicates, dead, broken, refused;
  Gauge depth;

  Result<void> admit(Arrival arrival);
  std::vector<Item> take(std::optional<Millis> wait);
  std::vector<Item> gather(std::vector<Arrival> arrivals);
  bool work(std::vector<Item> items);
  Result<void> turn(Work work);
  Result<void> guarded_turn(Work work);  // its failed checks become an error
  void repeat(std::vector<Item> items, const Error& error);
  void one_by_one(std::vector<Item> items);
  void cautiously(std::vector<Item> items);
  Result<std::set<std::string>> note_attempts(const std::set<std::string>& ids);
  void alone(const Item& item, const std::string& attempt);
  std::string attempt_id(const Item& item) const;
  bool begin_attempt(const Item& item, const std::string& attempt);
  void give_up(const Item& item, const Problem& problem);
  void one_timer_at_a_time();
  void postpone(std::vector<Item> items);
  void leave(Leaving leaving);
  void execute_deferred();
  void answer(Reply reply);
  void expire_parked();
  // A transaction; the first on a new connection takes back what this run owns.
  Result<void> in_store(const std::function<Result<void>(store::Session&)>& work);
  Result<void> come_back(store::Session& session);
  Result<void> hold_run(store::Session& session);
  Result<void> take_over(store::Session& session);
  void look_around();
  void look_for_due();
  Due what_is_due() const;
  Service* service(const std::string& name) const;
  void purge();
  void farewell();
  bool is_cautious();
};

}  // namespace trayline::host
