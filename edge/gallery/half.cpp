// Half precision by bits.
#include "edge/gallery/half.hpp"

#include <bit>
#include <cmath>

#include "lib/base/encoding.hpp"

namespace trayline::gallery {

std::uint16_t to_half(float value) {
  const auto sign = static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value) >> 16 & 0x8000u);
  const float size = std::abs(value);
  if (std::isnan(value)) return static_cast<std::uint16_t>(sign | 0x7E00u);
  if (size >= 65520.0f) return static_cast<std::uint16_t>(sign | 0x7C00u);
  if (size < 0x1p-14f) {  // subnormal: whole steps of 2^-24
    return static_cast<std::uint16_t>(sign |
                                      static_cast<std::uint16_t>(std::nearbyint(size * 0x1p24f)));
  }
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(size);
  const std::uint32_t kept = (bits - (112u << 23)) >> 13;
  const std::uint32_t rest = bits & 0x1FFFu;
  const bool up = rest > 0x1000u || (rest == 0x1000u && (kept & 1u) != 0);
  return static_cast<std::uint16_t>(sign | (kept + (up ? 1u : 0u)));
}

float from_half(std::uint16_t half) {
  const int exponent = half >> 10 & 0x1F;
  const int fraction = half & 0x3FF;
  float size = 0;
  if (exponent == 0) {
    size = std::ldexp(static_cast<float>(fraction), -24);
  } else if (exponent == 31) {
    size = fraction == 0 ? HUGE_VALF : NAN;
  } else {
    size = std::ldexp(static_cast<float>(fraction + 1024), exponent - 25);
  }
  return (half & 0x8000) != 0 ? -size : size;
}

std::string to_text(const vision::Vector& vec) {
  Bytes bytes;
  bytes.reserve(vec.size() * 2);
  for (const float value : vec) {
    const std::uint16_t half = to_half(value);
    bytes.push_back(static_cast<std::uint8_t>(half & 0xFF));
    bytes.push_back(static_cast<std::uint8_t>(half >> 8));
  }
  return to_base64(bytes);
}

Result<vision::Vector> from_text(std::string_view text, std::size_t dims) {
  const auto bytes = from_base64(text);
  if (!bytes) return fail(bytes.error());
  if (bytes->size() != dims * 2) {
    return fail(Code::invalid_argument, "a vector of " + std::to_string(bytes->size() / 2) +
                                            " numbers instead of " + std::to_string(dims));
  }
  vision::Vector vec(dims);
  for (std::size_t i = 0; i < dims; ++i) {
    vec[i] = from_half(static_cast<std::uint16_t>((*bytes)[2 * i] | (*bytes)[2 * i + 1] << 8));
    if (!std::isfinite(vec[i])) return fail(Code::invalid_argument, "a vector is not finite");
  }
  return vec;
}

}  // namespace trayline::gallery
