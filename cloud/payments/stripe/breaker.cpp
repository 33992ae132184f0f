#include "cloud/payments/stripe/breaker.hpp"

#include <algorithm>

namespace trayline::stripe {

bool Breaker::admit(Millis monotonic) {
  if (!until_) return true;
  if (monotonic < *until_ || probing_) return false;
  probing_ = true;
  return true;
}

bool Breaker::ended(bool reached, Millis monotonic) {
  const bool was_open = is_open();
  probing_ = false;
  if (reached) {
    failures_ = 0;
    until_.reset();
    return was_open;
  }
  ++failures_;
  if (!was_open && failures_ < policy_.failures_max) return false;
  open_for_ = was_open ? std::min(open_for_ * 2, policy_.open_max) : policy_.open_for;
  until_ = monotonic + open_for_;
  return !was_open;
}

}  // namespace trayline::stripe
