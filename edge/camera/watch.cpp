// One table: event by visit.
#include "edge/camera/watch.hpp"

namespace trayline::camera {
namespace {

WatchStep begin(Watch& watch, const Observed& seen) {
  WatchStep step;
  if (watch.visit) return step;  // kept over a restart: still the same visit
  watch.visit = Visit{seen.fresh_id, 0, {}, false};
  step.visit_changed = step.new_visit = true;
  return step;
}

WatchStep end(Watch& watch) {
  WatchStep step;
  step.visit_changed = watch.visit.has_value();
  watch.visit.reset();
  return step;
}

}  // namespace

Watch resumed(std::optional<Visit> visit) {
  if (visit) visit->uncertain = true;
  return {std::move(visit), std::nullopt};
}

WatchStep step(Watch& watch, const Observed& seen) {
  using vision::SettleEvent;
  if (!seen.quiet) watch.quiet_since_ms.reset();
  switch (seen.event) {
    case SettleEvent::arrived:
      return begin(watch, seen);
    case SettleEvent::settled: {
      WatchStep step = begin(watch, seen);  // a detector that began on a laden tray
      step.predict = true;
      return step;
    }
    case SettleEvent::emptied:
      return end(watch);
    case SettleEvent::changed:
      return {};
    case SettleEvent::none:
      break;
  }
  if (!seen.quiet) return {};
  if (!watch.quiet_since_ms) watch.quiet_since_ms = seen.time_ms;
  WatchStep step;
  // A visit from before a restart, and the surface is empty.
  if (seen.time_ms - *watch.quiet_since_ms >= kQuietMs) step = end(watch);
  step.follow = true;
  return step;
}

bool worth_saying(const Visit& visit, std::size_t items, std::size_t codes) {
  return items + codes > 0 || visit.number > 0;
}

}  // namespace trayline::camera
