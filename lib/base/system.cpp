// The only file of lib/base that asks the operating system for time or randomness; the decisions
// of the product must link without it.
#include <openssl/rand.h>

#include "lib/base/check.hpp"
#include "lib/base/clock.hpp"
#include "lib/base/random.hpp"

namespace trayline {

Time SystemClock::now() const {
  return std::chrono::floor<Millis>(std::chrono::system_clock::now());
}

Millis SystemClock::monotonic() const {
  return std::chrono::floor<Millis>(std::chrono::steady_clock::now().time_since_epoch());
}

void SystemRandom::fill(std::span<std::uint8_t> out) {
  const int ok = RAND_bytes(out.data(), static_cast<int>(out.size()));
  check(ok == 1, "the system has no randomness");
}

}  // namespace trayline
