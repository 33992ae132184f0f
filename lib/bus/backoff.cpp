#include "lib/bus/backoff.hpp"

#include <algorithm>

namespace trayline::bus {

std::chrono::milliseconds Backoff::next(Random& random) {
  const auto bound = std::clamp(waited_ / 2, kBackoffFirst, kBackoffMax);
  const std::chrono::milliseconds wait(
      static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(bound.count()) + 1)));
  waited_ += wait;
  return wait;
}

}  // namespace trayline::bus
