// QR codes in a picture (ISO/IEC 18004), by zxing-cpp. Says what is written and where; what it
// means is the cloud's business. Pure.
#pragma once
#include <array>
#include <string>
#include <vector>

#include "edge/vision/image.hpp"
#include "edge/vision/shapes.hpp"

namespace trayline::camera {

// More are not looked for.
inline constexpr std::size_t kCodesMax = 8;

struct SeenCode {
  std::string bytes;                     // raw, as put in
  std::array<vision::Point, 4> corners;  // of the symbol, in px, clockwise from its upper left
};

// Ordered by their bytes, each once, at most kCodesMax; none for a picture that has none or is no
// sound picture.
std::vector<SeenCode> read_codes(vision::ImageView picture);

}  // namespace trayline::camera
