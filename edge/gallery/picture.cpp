// Which kind of picture it is, and the limits that hold for all kinds.
#include "edge/gallery/picture.hpp"

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "edge/gallery/codec.hpp"
#include "lib/base/file.hpp"

namespace trayline::gallery {

namespace {

bool begins_with(std::span<const std::uint8_t> bytes, std::span<const std::uint8_t> magic) {
  return bytes.size() >= magic.size() && std::equal(magic.begin(), magic.end(), bytes.begin());
}

constexpr std::uint8_t kJpegMagic[] = {0xFF, 0xD8, 0xFF};
constexpr std::uint8_t kPngMagic[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

}  // namespace

Result<void> check_size(std::uint64_t width, std::uint64_t height) {
  if (width == 0 || height == 0) return fail(Code::invalid_argument, "the picture has no pixels");
  if (width <= kPicturePixelsMax / height) return {};
  return fail(Code::exhausted,
              "the picture is too large: " + std::to_string(width) + "x" + std::to_string(height) +
                  ", at most " + std::to_string(kPicturePixelsMax / 1'000'000) + " million pixels");
}

Result<vision::Image> decode_picture(std::span<const std::uint8_t> bytes) {
  if (bytes.empty()) return fail(Code::invalid_argument, "the picture has zero bytes");
  if (bytes.size() > kPictureBytesMax) {
    return fail(Code::exhausted,
                "the picture has more than " + std::to_string(kPictureBytesMax >> 20) + " MiB");
  }
  if (begins_with(bytes, kJpegMagic)) return decode_jpeg(bytes);
  if (begins_with(bytes, kPngMagic)) return decode_png(bytes);
  return fail(Code::invalid_argument, "this is neither a JPEG nor a PNG picture");
}

Result<Bytes> read_file(const std::string& path) {
  std::error_code failed;
  const auto status = std::filesystem::status(path, failed);
  if (!std::filesystem::exists(status)) return fail(Code::not_found, path + ": no such file");
  if (!std::filesystem::is_regular_file(status)) {
    return fail(Code::invalid_argument, path + ": is not a file");
  }
  const std::uintmax_t size = std::filesystem::file_size(path, failed);
  if (failed) return fail(Code::unavailable, path + ": " + failed.message());
  if (size > kPictureBytesMax) {
    return fail(Code::exhausted,
                path + ": has more than " + std::to_string(kPictureBytesMax >> 20) + " MiB");
  }
  Bytes bytes(static_cast<std::size_t>(size));
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(Code::unavailable, path + ": " + why_not(errno));
  if (!bytes.empty()) {
    in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
  if (!in) return fail(Code::unavailable, path + ": cannot be read");
  return bytes;
}

Result<vision::Image> read_picture(const std::string& path) {
  const auto bytes = read_file(path);
  if (!bytes) return fail(bytes.error());
  auto image = decode_picture(*bytes);
  if (!image) return fail(image.error().code, path + ": " + image.error().detail);
  return image;
}

}  // namespace trayline::gallery
