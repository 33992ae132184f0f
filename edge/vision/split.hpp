// One blob may be several things that touch: ways to cut it. Which way is right is decided later,
// by what the parts look like (decode.hpp). Pure.
#pragma once
#include <vector>

#include "edge/vision/shapes.hpp"
#include "lib/base/result.hpp"

namespace trayline::vision {

inline constexpr std::size_t kPartsMax = 7;       // per hypothesis
inline constexpr std::size_t kHypothesesMax = 4;  // per blob

struct Hypothesis {
  std::vector<Blob> parts;  // in the coordinates of the whole picture
};

// The first hypothesis is the blob as it is; the others have two parts or more, fewest parts first,
// no two with the same number of parts.
std::vector<Hypothesis> split(const Blob& blob, float px_per_mm);

}  // namespace trayline::vision
