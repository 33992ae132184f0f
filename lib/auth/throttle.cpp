// Leaky buckets by key.
#include "lib/auth/throttle.hpp"

#include <algorithm>

namespace trayline::auth {

Allowance Throttle::take(const std::string& key, Millis monotonic) {
  while (!by_time_.empty() && by_time_.begin()->first <= monotonic) {
    free_at_.erase(by_time_.begin()->second);
    by_time_.erase(by_time_.begin());
  }
  const auto found = free_at_.find(key);
  const Millis free_at = (found == free_at_.end() ? monotonic : found->second) + rate_.every;
  const Millis most = rate_.every * rate_.burst;
  const Millis debt = free_at - monotonic;
  if (debt > most) return {.allowed = false, .remaining = 0, .retry_after = debt - most};
  put(key, free_at);
  return {.allowed = true, .remaining = (most - debt) / rate_.every, .retry_after = Millis(0)};
}

void Throttle::put(const std::string& key, Millis free_at) {
  const auto found = free_at_.find(key);
  if (found != free_at_.end()) {
    by_time_.erase({found->second, key});
    found->second = free_at;
  } else {
    if (free_at_.size() >= rate_.keys_max && !by_time_.empty()) {
      free_at_.erase(by_time_.begin()->second);
      by_time_.erase(by_time_.begin());
    }
    free_at_.emplace(key, free_at);
  }
  by_time_.emplace(free_at, key);
}

}  // namespace trayline::auth
