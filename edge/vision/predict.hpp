// From a picture of a settled tray to what lies on it: light, segments, cuts, descriptors, matches,
// decision. Pure: the same picture, station and gallery always give the same tray.
#pragma once
#include "edge/vision/decode.hpp"
#include "edge/vision/match.hpp"
#include "edge/vision/scene.hpp"
#include "edge/vision/station.hpp"

namespace trayline::vision {

// frame: bgr8, of the size of the station's reference. An empty tray gives no items and the verdict
// review. invalid_argument: a black picture, sizes that do not fit, no pixels; exhausted: a named
// limit (picture, blobs).
Result<Tray> predict(ImageView frame, const Station& station, const Gallery& gallery,
                     const DecodeLimits& limits);

}  // namespace trayline::vision
