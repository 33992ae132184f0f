// Is a crop fit to be enrolled, and its thumbnail. Pure.
#pragma once
#include "edge/vision/image.hpp"
#include "lib/base/result.hpp"

namespace trayline::vision {

// The picture so that its longer side has `long_side` pixels; smaller pictures stay as they are.
Result<Image> shrunk(ImageView picture, int long_side);

// How a view fails to show its item; `fine` where it does not.
enum class ViewFault { fine, dark, clipped, blurred };
struct ViewQuality {
  ViewFault fault = ViewFault::fine;
  float sharpness = 0;  // spread of the Laplacian at 128 px
  float clipped = 0;    // share of the mask's pixels that are pure white
};
// crop: bgr8; mask: grey8 of its size, or empty for the whole crop. A white background is no fault
// of a whole picture, so clipping counts only under a mask.
Result<ViewQuality> view_quality(ImageView crop, const Image& mask);

}  // namespace trayline::vision
