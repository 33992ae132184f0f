// The tick: collects what is waiting, runs the services' load -> decide -> save round by round in
// one transaction, commits once, and only then lets effects and answers leave.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/clock.hpp"
#include "lib/base/metrics.hpp"
#include "lib/base/random.hpp"
#include "lib/base/result.hpp"
#include "lib/host/effects.hpp"
#include "lib/host/message.hpp"
#include "lib/host/service.hpp"
#include "lib/store/store.hpp"

namespace trayline::host {

// Bounds of a host; each refuses visibly.
struct Limits {
  std::size_t batch_max = 256;   // messages in one tick
  std::size_t queue_max = 8192;  // waiting messages; more are refused with exhausted
  std::size_t rounds_max = 16;   // rounds in one tick; more is a broken invariant
  std::size_t round_messages_max = 4096;
  std::size_t parked_max = 4096;  // callers waiting for an answer
  std::size_t effects_in_flight_max = 4096;
  int tries_max = 3;            // of a message that fails a check or kills the process
  int conflict_tries_max = 20;  // of a message that other hosts are in the way of
  std::chrono::milliseconds park_timeout{10'000};
  std::chrono::milliseconds lease{30'000};
  std::chrono::milliseconds settle_idle{1'000};  // finished effects are removed at the latest
};

// Where derived output goes; called by the tick's thread after the commit.
struct Sinks {
  std::function<void(std::vector<bus::Message>)> publish;
  std::function<void(const std::vector<std::string>&)> wake;
};

struct Parts {
  store::Store& store;
  const Clock& clock;
  Random& random;
  Metrics& metrics;
  Sinks sinks;
  Limits limits;
  // Of this host, the same at each of its starts, where several share a store: a host is careful
  // after an unclean end of its own.
  std::string name = {};
};

class Host {
 public:
  // Services run in the order in which they are given.
  Host(Parts parts, std::vector<Service*> services, std::vector<Executor*> executors);
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  // Of the host's own tables.
  static const store::Migrations& migrations();
  // Migrates, takes over effects of runs that are gone, and decides whether the last run of this
  // host ended unclean.
  Result<void> start();

  // Thread-safe. A message from outside (bus, API). exhausted when the queue is full.
  Result<void> post(Message message);
  // Thread-safe. A request: the answer comes once, from the tick's thread; after park_timeout it is
  // 202 with an empty body, and unavailable when the host stops.
  using Answered = std::function<void(Answer)>;
  Result<void> ask(Message message, Answered answered);
  // Thread-safe. Something undecodable: kept as a dead letter, and only then answered on the bus.
  Result<void> reject(DeadLetter letter, std::vector<bus::Message> answers);

  // One tick over what is waiting, without waiting for more; false when nothing was. For tests
  // and simulated time; run() calls it.
  bool tick();
  // Ticks until stop(); the calling thread becomes the tick's thread.
  void run();
  // Thread-safe. run() returns after the tick in hand; a clean end is recorded.
  void stop();
  // The earliest time at which a timer or a repeated effect is due; none: nothing is.
  std::optional<Time> next_due() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trayline::host
