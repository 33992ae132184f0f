// What a thing looks like as 505 numbers: the hand-made descriptor `hand-1`. It needs no training
// and does not change with rotation. Vectors of another version never compare. Pure.
#pragma once
#include <string_view>
#include <vector>

#include "edge/vision/image.hpp"
#include "lib/base/result.hpp"

namespace trayline::vision {

inline constexpr std::string_view kEmbedderId = "hand-1";
inline constexpr std::size_t kDescriptorDims = 505;

using Vector = std::vector<float>;

// crop: bgr8 in even light; mask: grey8 of the same size, 255 where the thing is (empty, or fewer
// than 20 pixels: the whole crop). size: in the station's unit; 0 where it is not known.
Result<Vector> describe(ImageView crop, const Image& mask, float size);

// Squared Euclidean distance. The last component, the size, counts only where both know it.
float distance(const Vector& a, const Vector& b);

}  // namespace trayline::vision
