// What to do when the settle detector speaks, as a pure step over the visit. Pictures, disk and
// network belong to camera.hpp.
#pragma once
#include <optional>
#include <string>

#include "edge/camera/visit.hpp"
#include "edge/vision/settle.hpp"

namespace trayline::camera {

// What one frame asks for, in this order: the visit as it is now is written (or its file removed)
// before anything leaves.
struct WatchStep {
  bool visit_changed = false;  // write `visit` (or remove its file, where there is none)
  bool new_visit = false;      // the reference of this moment belongs to it
  bool predict = false;        // from the frame that the settle detector names
  bool follow = false;         // the reference may follow this frame
};

// How long the surface must be seen empty before a visit from before a restart is over.
inline constexpr std::int64_t kQuietMs = 1000;

struct Watch {
  std::optional<Visit> visit;
  std::optional<std::int64_t> quiet_since_ms;
};

// What the disk knew at start: a visit that was under way cannot be known to be the same one.
Watch resumed(std::optional<Visit> visit);

struct Observed {
  vision::SettleEvent event = vision::SettleEvent::none;
  bool quiet = false;        // Settle::quiet(): the surface is seen empty
  std::int64_t time_ms = 0;  // of the frame
  std::string fresh_id;      // a UUIDv7 for a visit that may begin
};

WatchStep step(Watch& watch, const Observed& seen);

// A settled tray without items and codes is worth a prediction only where this visit had one
// before.
bool worth_saying(const Visit& visit, std::size_t items, std::size_t codes);

}  // namespace trayline::camera
