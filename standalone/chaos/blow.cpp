#include "standalone/chaos/blow.hpp"

#include <algorithm>

namespace trayline::chaos {
namespace {

using std::chrono::microseconds;

constexpr microseconds kAnyTime{400'000};
// Most of what one message causes happens within so long after it.
constexpr microseconds kCritical{25'000};
constexpr std::uint64_t kOneIn = 8;  // blows that are followed by the next at once

// How often a program is hit, compared with others.
std::uint64_t weight_of(const std::string& victim) {
  if (victim.starts_with("cloud-") || victim == "postgres") return 12;
  if (victim == "mosquitto" || victim == "stripe" || victim.starts_with("edge-")) return 3;
  return 1;
}

std::int64_t below(Random& random, std::int64_t bound) {
  return static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(bound)));
}

}  // namespace

Blow draw_blow(Random& random, const std::vector<std::string>& victims) {
  std::uint64_t all = 0;
  for (const std::string& victim : victims) all += weight_of(victim);
  std::uint64_t at = random.below(all);
  Blow blow;
  for (const std::string& victim : victims) {
    blow.victim = victim;
    if (at < weight_of(victim)) break;
    at -= weight_of(victim);
  }
  if (const std::uint64_t when = random.below(kMoments + 2); when < kMoments) {
    blow.after = static_cast<Moment>(when);
    blow.delay = microseconds(below(random, kCritical.count()));
  } else {
    blow.delay = microseconds(below(random, kAnyTime.count()));
  }
  blow.again_at_once = random.below(kOneIn) == 0;
  return blow;
}

Millis draw_pause(Random& random) {
  const std::uint64_t kind = random.below(20);
  if (kind == 0) return Millis(30'000 + below(random, 30'001));
  if (kind < 4) return Millis(2'000 + below(random, 8'000));
  return Millis(200 + below(random, 1'800));
}

Millis draw_uptime(Random& random) {
  return random.below(8) == 0 ? Millis(4'000 + below(random, 8'000)) : Millis(below(random, 1'000));
}

}  // namespace trayline::chaos
