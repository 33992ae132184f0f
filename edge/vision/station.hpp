// One station: its camera's view of the tray, and station.json, the text that describes it.
// Reads no file: the text comes from and the pictures are loaded by the caller. Plain values.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "edge/vision/image.hpp"
#include "edge/vision/segment.hpp"
#include "edge/vision/settle.hpp"
#include "edge/vision/shapes.hpp"
#include "lib/base/result.hpp"

namespace trayline::vision {

// A stored picture of the empty tray.
struct ReferenceFile {
  std::string file;      // relative to station.json
  std::string sha256;    // of the file's bytes, hex; empty: not checked
  std::string taken_at;  // RFC 3339
  bool operator==(const ReferenceFile&) const = default;
  static void describe(auto& member, auto& self) {
    member("file", self.file);
    member.defaulted("sha256", self.sha256);
    member.defaulted("taken_at", self.taken_at);
  }
};

inline constexpr int kStationSchema = 1;
inline constexpr std::size_t kTrayCornersMax = 64;
inline constexpr std::size_t kReferencesMax = 16;
inline constexpr float kPxPerMmMax = 100;

struct Station {
  int schema = kStationSchema;
  std::string id;       // [A-Za-z0-9_-]{1,64}, or empty
  std::string source;   // uri of the camera
  float px_per_mm = 0;  // 0: not calibrated, sizes are in px
  Polygon tray;         // what counts, in px of the frames; empty: the whole picture
  std::vector<ReferenceFile> references;  // newest last
  SettleLimits settle;
  SegmentLimits segment;
  Image reference;  // the newest one, loaded; not in the text. Empty: a photo is one whole item

  SizeUnit unit() const {
    if (reference.empty()) return SizeUnit::none;
    return px_per_mm > 0 ? SizeUnit::mm2 : SizeUnit::px;
  }
  static void describe(auto& member, auto& self) {
    member("schema", self.schema);
    member.defaulted("id", self.id);
    member.defaulted("source", self.source);
    member.defaulted("px_per_mm", self.px_per_mm);
    member.defaulted("tray", self.tray);
    member.defaulted("references", self.references);
    member.defaulted("settle", self.settle);
    member.defaulted("segment", self.segment);
  }
};

// invalid_argument names the member and what is expected there.
Result<Station> read_station(std::string_view text);
std::string write_station(const Station& station);

}  // namespace trayline::vision
