// Where are things on the tray? `RefDiff`: what differs from the picture of the empty tray and is
// no shadow. It does not tell touching things apart (split.hpp) and recognises nothing. Pure.
#pragma once
#include <vector>

#include "edge/vision/flat_field.hpp"
#include "edge/vision/image.hpp"
#include "edge/vision/shapes.hpp"
#include "lib/base/result.hpp"

namespace trayline::vision {

// More things on one tray are refused.
inline constexpr std::size_t kBlobsMax = 40;

struct SegmentLimits {
  float lightness_step = 16;     // grey levels of L against the reference
  float chroma_step = 9;         // levels of a, b against the reference
  float texture_step = 14;       // new fine structure, mean |Laplacian difference| over 5x5
  float shadow_darkest = 0.55f;  // a shadow keeps at least this share of the light
  float area_min_mm2 = 400;      // smaller things are dirt, on a calibrated station
  float area_min_px = 2000;      // and elsewhere, of the whole picture

  bool operator==(const SegmentLimits&) const = default;
  static void describe(auto& member, auto& self) {
    member.defaulted("lightness_step", self.lightness_step);
    member.defaulted("chroma_step", self.chroma_step);
    member.defaulted("texture_step", self.texture_step);
    member.defaulted("shadow_darkest", self.shadow_darkest);
    member.defaulted("area_min_mm2", self.area_min_mm2);
    member.defaulted("area_min_px", self.area_min_px);
  }
};

struct SegmentScene {
  ImageView frame;
  ImageView reference;  // of the frame's size
  LightChange change;   // the frame's light against the reference's
  Polygon tray;         // what counts; empty: everything
  float px_per_mm = 0;  // 0: not calibrated
};

// Largest first. More than kBlobsMax things: exhausted. An empty tray: no blobs.
Result<std::vector<Blob>> segment(const SegmentScene& scene, const SegmentLimits& limits);

// Segmentation and splitting work on pictures so many times smaller.
inline constexpr int kHalf = 2;

// px of the whole picture -> the unit of the station.
float size_of(double area_px, float px_per_mm);

}  // namespace trayline::vision
