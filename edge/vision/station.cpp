// station.json: reading with bounds on every number, and writing.
#include "edge/vision/station.hpp"

#include <cmath>

#include "lib/base/describe.hpp"
#include "lib/base/ids.hpp"

namespace trayline::vision {

namespace {

constexpr float kPictureSideMax = 20'000;
constexpr int kWaitMaxMs = 60'000;

struct Bound {
  const char* name;
  double value, least, most;
};

Result<void> check_bounds(std::initializer_list<Bound> bounds) {
  for (const Bound& bound : bounds) {
    if (std::isfinite(bound.value) && bound.value >= bound.least && bound.value <= bound.most) {
      continue;
    }
    return fail(Code::invalid_argument, std::string(bound.name) + ": expected a number from " +
                                            std::to_string(bound.least) + " to " +
                                            std::to_string(bound.most));
  }
  return {};
}

double number(float v) { return static_cast<double>(v); }

Result<void> check_settle(const SettleLimits& s) {
  return check_bounds({{"/settle/motion_step", static_cast<double>(s.motion_step), 1, 255},
                       {"/settle/presence_step", static_cast<double>(s.presence_step), 1, 255},
                       {"/settle/motion_share", number(s.motion_share), 0, 1},
                       {"/settle/present_share", number(s.present_share), 0, 1},
                       {"/settle/absent_share", number(s.absent_share), 0, 1},
                       {"/settle/follow", number(s.follow), 0, 1},
                       {"/settle/still_ms", static_cast<double>(s.still_ms), 0, kWaitMaxMs},
                       {"/settle/still_frames", static_cast<double>(s.still_frames), 1, 1000},
                       {"/settle/motion_ms", static_cast<double>(s.motion_ms), 0, kWaitMaxMs},
                       {"/settle/absent_ms", static_cast<double>(s.absent_ms), 0, kWaitMaxMs}});
}

Result<void> check_segment(const SegmentLimits& s) {
  return check_bounds({{"/segment/lightness_step", number(s.lightness_step), 1, 255},
                       {"/segment/chroma_step", number(s.chroma_step), 1, 255},
                       {"/segment/texture_step", number(s.texture_step), 1, 255},
                       {"/segment/shadow_darkest", number(s.shadow_darkest), 0, 1},
                       {"/segment/area_min_mm2", number(s.area_min_mm2), 0, 1e6},
                       {"/segment/area_min_px", number(s.area_min_px), 0, 1e7}});
}

}  // namespace

Result<Station> read_station(std::string_view text) {
  Result<Station> read = from_json_text<Station>(text);
  if (!read) return read;
  if (read->schema != kStationSchema) {
    return fail(Code::invalid_argument, "/schema: this program reads schema " +
                                            std::to_string(kStationSchema) + ", not " +
                                            std::to_string(read->schema));
  }
  if (!read->id.empty() && !is_name(read->id)) {
    return fail(Code::invalid_argument, "/id: expected letters, digits, - and _, at most 64");
  }
  if (!read->tray.empty() && (read->tray.size() < 3 || read->tray.size() > kTrayCornersMax)) {
    return fail(Code::invalid_argument,
                "/tray: expected 3 to " + std::to_string(kTrayCornersMax) + " corners");
  }
  for (const Point& p : read->tray) {
    auto sound = check_bounds({{"/tray", number(p.x), -kPictureSideMax, kPictureSideMax},
                               {"/tray", number(p.y), -kPictureSideMax, kPictureSideMax}});
    if (!sound) return fail(sound.error());
  }
  if (read->references.size() > kReferencesMax) {
    return fail(Code::invalid_argument, "/references: at most " + std::to_string(kReferencesMax));
  }
  auto scale = check_bounds({{"/px_per_mm", number(read->px_per_mm), 0, number(kPxPerMmMax)}});
  if (!scale) return fail(scale.error());
  if (auto sound = check_settle(read->settle); !sound) return fail(sound.error());
  if (auto sound = check_segment(read->segment); !sound) return fail(sound.error());
  return read;
}

std::string write_station(const Station& station) { return to_json_text(station); }

}  // namespace trayline::vision
