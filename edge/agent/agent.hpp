// Everything of one core, wired: functions, hub, outbox, uplink, uploads, health page. One thread,
// the loop's.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>

#include "edge/agent/settings.hpp"
#include "lib/base/clock.hpp"
#include "lib/base/random.hpp"
#include "lib/bus/bus.hpp"
#include "lib/loop/loop.hpp"

namespace trayline::agent {

class Agent {
 public:
  // Opens the outbox, connects, starts the functions. conflict: another agent has this state
  // folder; unavailable: it cannot be written, or the health port is taken.
  static Result<std::unique_ptr<Agent>> start(Loop& loop, const Clock& clock, Random& random,
                                              const Settings& settings);
  ~Agent();
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  std::uint16_t health_port() const;
  // What GET / answers.
  Json health() const;
  // Ends the functions (SIGTERM, after 5 s SIGKILL), then calls done.
  void stop(std::function<void()> done);

 private:
  struct State;
  explicit Agent(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace trayline::agent
