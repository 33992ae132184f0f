// Monitors as decisions see them: what each screen shall show and what it painted. Pure values and
// functions; service.cpp hands them to the host.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/bus/bus.hpp"
#include "lib/host/service.hpp"
#include "lib/wire/monitors.hpp"

namespace trayline::monitors {

// Bounds on what a device may report. Versions stay far below 2^53, which pages count exactly.
inline constexpr std::int64_t kPaintedMax = 1'000'000'000'000'000;
inline constexpr std::int64_t kPagesMax = 10'000;
inline constexpr std::size_t kScreensPerCoreMax = 64;
// Of one answer to staff.
inline constexpr std::int64_t kScreensListed = 1000;
inline constexpr std::int64_t kPaintedListed = 1000;

using ScreenKey = std::pair<CoreId, ScreenId>;

// state.version and state.since_ms are the row's.
struct Screen {
  wire::ScreenState state;
  std::optional<std::int64_t> painted;
  std::int64_t pages = 0;
  Time shown;  // when it last reported; 0: never
  // When the tray that it shows was seen, by the clock of that boot; empty: not known.
  std::string boot_id;
  std::int64_t monotonic_ms = 0;
};

// All screens of the cores that the batch names.
using Snapshot = std::map<ScreenKey, Screen>;

// A state of an order that a page said it painted.
struct Painted {
  OrderId order;
  ScreenKey screen;
  std::int64_t version = 0;
  std::string status;
  Time at;
};

struct Decision {
  std::optional<std::pair<ScreenKey, Screen>> after;
  std::optional<Painted> painted;
  host::Output out;
};

// The state under the next version, above whatever was painted; published. A tray that was seen
// before the one shown comes late and changes nothing.
Decision decide_show(const Snapshot& snapshot, const std::string& env,
                     const wire::monitors::Show& show, Time now);
// Keeps what was painted. Publishes at a start, on the first word of a new screen (idle), and
// where more was painted than we ever sent (a restored backup: continues above); never else, so
// that no report answers a report.
Decision decide_shown(const Snapshot& snapshot, const std::string& env, const wire::Shown& shown,
                      Time now);

// Of several states for one topic in a batch the last one is sent.
void keep_last_per_topic(std::vector<host::Output>& outputs);

// The message that brings a screen its state.
bus::Message state_message(const std::string& env, const CoreId& core,
                           const wire::ScreenState& state);

// Whether a screen that has not painted its state is told again now: within the first minute at
// every call, later once in 30 s, counted from since. last: the call before; none at the first.
bool is_repeat_due(Time since, std::optional<Time> last, Time now);

}  // namespace trayline::monitors
