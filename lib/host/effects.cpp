#include "lib/host/effects.hpp"

#include <algorithm>

namespace trayline::host {

std::chrono::milliseconds retry_delay(int tries) {
  constexpr std::int64_t kMost = 5 * 60 * 1000;
  const int doublings = std::clamp(tries, 0, 9);
  return std::chrono::milliseconds(std::min<std::int64_t>(1000LL << doublings, kMost));
}

}  // namespace trayline::host
