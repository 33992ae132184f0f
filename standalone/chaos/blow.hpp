// Who is struck next, and when: drawn from the seed. Pure.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/clock.hpp"
#include "lib/base/random.hpp"
#include "standalone/chaos/moments.hpp"

namespace trayline::chaos {

struct Blow {
  std::string victim;
  std::optional<Moment> after;         // waits for one of these; none: any time
  std::chrono::microseconds delay{0};  // after that
  bool again_at_once = false;          // the next one does not wait until all has recovered
  Millis pause{0};                     // of a process that is stopped, not killed
};

// victims: names as the crew knows them, not empty.
Blow draw_blow(Random& random, const std::vector<std::string>& victims);
// 0.2 to 60 s, mostly short: one in twenty is longer than a lease of 30 s.
Millis draw_pause(Random& random);

// How long a store works before its power is cut: mostly soon after its start, sometimes after the
// kernel's own flushing has begun (ext4 commits every 5 s).
Millis draw_uptime(Random& random);

}  // namespace trayline::chaos
