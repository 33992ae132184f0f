// JPEG and PNG as pictures and back (libjpeg-turbo, libpng). Files and bytes from outside: every
// size is checked before memory is taken, and broken bytes are an error, never a crash.
// Thread-safe: no state.
#pragma once
#include <span>
#include <string>

#include "edge/vision/image.hpp"
#include "lib/base/encoding.hpp"
#include "lib/base/result.hpp"

namespace trayline::gallery {

inline constexpr std::size_t kPictureBytesMax = 32u << 20;  // of a file
inline constexpr int kPicturePixelsMax = 12'000'000;
inline constexpr int kJpegScansMax = 100;  // of a progressive JPEG; more would only cost time

// bgr8, alpha laid over white. invalid_argument: not a picture, truncated, damaged or of a kind
// that is not read (CMYK); exhausted: larger than a limit.
Result<vision::Image> decode_picture(std::span<const std::uint8_t> bytes);

// The same for a file; its path is in every error. not_found: no such file.
Result<vision::Image> read_picture(const std::string& path);

// quality 1..100. invalid_argument for a picture without pixels.
Result<Bytes> encode_jpeg(vision::ImageView picture, int quality);

// The file's bytes, at most kPictureBytesMax; not_found, or invalid_argument for a folder.
Result<Bytes> read_file(const std::string& path);

}  // namespace trayline::gallery
