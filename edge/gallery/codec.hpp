// The two decoders behind picture.cpp; private to this folder.
#pragma once
#include "edge/gallery/picture.hpp"

namespace trayline::gallery {

Result<vision::Image> decode_jpeg(std::span<const std::uint8_t> bytes);
Result<vision::Image> decode_png(std::span<const std::uint8_t> bytes);
// A picture of this size may be decoded.
Result<void> check_size(std::uint64_t width, std::uint64_t height);

}  // namespace trayline::gallery
