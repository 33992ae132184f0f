// From a picture of a settled tray to what lies on it: light, segments, cuts, descriptors, matches,
// decision. Pure: the same picture, station and gallery always give the same tray.
#pragma once
#include <vector>

#include "edge/vision/decode.hpp"
#include "edge/vision/match.hpp"
#include "edge/vision/scene.hpp"
#include "edge/vision/station.hpp"

namespace trayline::vision {

// frame: bgr8, of the size of the station's reference. An empty tray gives no items and the verdict
// review. invalid_argument: a black picture, sizes that do not fit, no pixels; exhausted: a named
// limit (picture, blobs).
// codes: outlines of the codes that were read in this frame. The card or phone that shows one is no
// item: it is left out, as long as it looks like one (a rectangle, not much larger than its code).
Result<Tray> predict(ImageView frame, const Station& station, const Gallery& gallery,
                     const DecodeLimits& limits, const std::vector<Polygon>& codes = {});

}  // namespace trayline::vision
