// Header, picture, header: and how to find the way back.
#include "edge/camera/frame_parser.hpp"

#include <algorithm>

namespace trayline::camera {

// Looks at head_, which is full: a header begins a frame; else everything before the next possible
// beginning of one is dropped.
bool FrameParser::find_header() {
  const auto header = wire::decode_header(
      std::span<const std::uint8_t, wire::kFrameHeaderBytes>(head_.data(), head_.size()));
  if (header) {
    frame_ = Frame{
        {static_cast<int>(header->width), static_cast<int>(header->height), vision::Pixel::bgr8},
        static_cast<std::int64_t>(header->time_ms),
        header->sequence};
    filled_ = 0;
    in_frame_ = true;
    lost_ = false;
    head_.clear();
    return true;
  }
  if (!lost_) ++bad_;
  lost_ = true;
  const auto next = std::find(head_.begin() + 1, head_.end(),
                              static_cast<std::uint8_t>(wire::kFrameMagic.front()));
  garbage_ += static_cast<std::uint64_t>(next - head_.begin());
  head_.erase(head_.begin(), next);
  return false;
}

void FrameParser::feed(std::span<const std::uint8_t> bytes, std::vector<Frame>& out) {
  while (!bytes.empty()) {
    if (in_frame_) {
      std::vector<std::uint8_t>& pixels = frame_.picture.pixels;
      const std::size_t n = std::min(bytes.size(), pixels.size() - filled_);
      std::copy_n(bytes.begin(), n, pixels.begin() + static_cast<std::ptrdiff_t>(filled_));
      filled_ += n;
      bytes = bytes.subspan(n);
      if (filled_ == pixels.size()) {
        out.push_back(std::move(frame_));
        in_frame_ = false;
      }
      continue;
    }
    const std::size_t n = std::min(bytes.size(), wire::kFrameHeaderBytes - head_.size());
    head_.insert(head_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(n));
    bytes = bytes.subspan(n);
    while (head_.size() == wire::kFrameHeaderBytes && !find_header()) {
    }
  }
}

void FrameParser::restart() {
  if (in_frame_ || !head_.empty()) ++bad_;
  in_frame_ = false;
  lost_ = false;
  head_.clear();
}

}  // namespace trayline::camera
