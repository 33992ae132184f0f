// Frames out of a stream of bytes as frame_pipe.hpp describes it. Never fails: what is no frame is
// skipped and counted, and the next header is found again. Pure; one thread.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "edge/camera/frame.hpp"
#include "lib/wire/frame_pipe.hpp"

namespace trayline::camera {

class FrameParser {
 public:
  // Takes bytes; whole frames are appended to `out` (time_ms is the sender's).
  void feed(std::span<const std::uint8_t> bytes, std::vector<Frame>& out);
  // The stream broke off: a frame begun is dropped and counted.
  void restart();

  std::uint64_t garbage_bytes() const { return garbage_; }
  // Broken headers and frames that broke off.
  std::uint64_t bad_frames() const { return bad_; }

 private:
  bool find_header();

  std::vector<std::uint8_t> head_;  // fewer than wire::kFrameHeaderBytes
  Frame frame_;
  std::size_t filled_ = 0;  // bytes of the picture in hand
  bool in_frame_ = false;
  bool lost_ = false;  // within garbage that was counted already
  std::uint64_t garbage_ = 0;
  std::uint64_t bad_ = 0;
};

}  // namespace trayline::camera
