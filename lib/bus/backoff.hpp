// How long to wait before the next attempt to connect: up to half of what the outage has lasted, so
// that a short one is over soon after its end and a long one costs little. A value; one thread.
#pragma once
#include <chrono>

#include "lib/base/random.hpp"

namespace trayline::bus {

inline constexpr std::chrono::milliseconds kBackoffFirst{500};
inline constexpr std::chrono::milliseconds kBackoffMax{60'000};  // after an outage of two minutes

class Backoff {
 public:
  // Full jitter: anywhere between nothing and the bound, so that many do not come all at once.
  std::chrono::milliseconds next(Random& random);
  // After a connection.
  void reset() { waited_ = {}; }

 private:
  std::chrono::milliseconds waited_{};
};

}  // namespace trayline::bus
