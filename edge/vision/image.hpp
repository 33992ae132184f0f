// Pictures as values and views, in our own types: no picture library appears in a header.
// Plain values, thread-compatible.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace trayline::vision {

enum class Pixel { bgr8, grey8 };

inline constexpr int channels(Pixel format) { return format == Pixel::bgr8 ? 3 : 1; }

// Somebody else's pixels; rows are stride bytes apart, top row first.
struct ImageView {
  const std::uint8_t* data = nullptr;
  int width = 0;
  int height = 0;
  int stride = 0;
  Pixel format = Pixel::bgr8;
};

// Own pixels, rows without gaps.
struct Image {
  int width = 0;
  int height = 0;
  Pixel format = Pixel::bgr8;
  std::vector<std::uint8_t> pixels;

  Image() = default;
  Image(int w, int h, Pixel f)
      : width(w),
        height(h),
        format(f),
        pixels(static_cast<std::size_t>(w) * static_cast<std::size_t>(h) *
               static_cast<std::size_t>(channels(f))) {}
  bool empty() const { return pixels.empty(); }
  ImageView view() const {
    return {pixels.data(), width, height, width * channels(format), format};
  }
};

}  // namespace trayline::vision
