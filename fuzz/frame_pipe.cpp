// Raw frames of a video child: whatever comes, every frame that is given has its pixels, and what
// is skipped is counted.
#include "edge/camera/frame_parser.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trayline;
  camera::FrameParser parser;
  std::vector<camera::Frame> frames;
  const std::size_t half = size / 2;
  parser.feed({data, half}, frames);
  parser.feed({data + half, size - half}, frames);
  std::size_t used = 0;
  for (const camera::Frame& frame : frames) {
    const wire::FrameHeader header{static_cast<std::uint32_t>(frame.picture.width),
                                   static_cast<std::uint32_t>(frame.picture.height), 0, 0};
    if (frame.picture.pixels.size() != header.payload_bytes()) __builtin_trap();
    used += wire::kFrameHeaderBytes + header.payload_bytes();
  }
  if (used + parser.garbage_bytes() > size) __builtin_trap();
  parser.restart();
  return 0;
}
