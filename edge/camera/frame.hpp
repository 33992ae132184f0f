// One picture of the camera and when it was taken. Plain values.
#pragma once
#include <cstdint>

#include "edge/vision/image.hpp"

namespace trayline::camera {

struct Frame {
  vision::Image picture;       // BGR8
  std::int64_t time_ms = 0;    // monotonic, at the grab
  std::uint64_t sequence = 0;  // counts what the source gave
};

}  // namespace trayline::camera
