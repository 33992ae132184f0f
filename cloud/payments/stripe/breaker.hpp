// Stops calling a provider that does not answer: after some calls in a row without an answer all
// are refused for a while, then one is let through to see. A step function, no I/O.
#pragma once
#include <optional>

#include "lib/base/clock.hpp"

namespace trayline::stripe {

struct BreakerPolicy {
  int failures_max = 5;    // calls in a row, each with all its tries
  Millis open_for{5'000};  // doubled after each probe that fails
  Millis open_max{60'000};
};

class Breaker {
 public:
  explicit Breaker(BreakerPolicy policy) : policy_(policy) {}
  // Whether a call may begin; while open one probe at a time may. monotonic never jumps.
  bool admit(Millis monotonic);
  // How an admitted call ended. True where the breaker opened or closed by it.
  bool ended(bool reached, Millis monotonic);
  bool is_open() const { return until_.has_value(); }

 private:
  BreakerPolicy policy_;
  int failures_ = 0;
  Millis open_for_{0};
  std::optional<Millis> until_;
  bool probing_ = false;
};

}  // namespace trayline::stripe
