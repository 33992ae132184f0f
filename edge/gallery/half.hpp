// Vectors as text: base64 of IEEE 754 half-precision numbers, little endian. Half the bytes, and
// 11 bits are plenty for a descriptor. Pure.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "edge/vision/descriptor.hpp"
#include "lib/base/result.hpp"

namespace trayline::gallery {

// Round to nearest even; beyond the range: infinity.
std::uint16_t to_half(float value);
float from_half(std::uint16_t half);

std::string to_text(const vision::Vector& vec);
// invalid_argument: not base64, another number of components, or one that is not finite.
Result<vision::Vector> from_text(std::string_view text, std::size_t dims);

}  // namespace trayline::gallery
