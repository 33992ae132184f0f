// A thing seen straight from above, unlit: colour, coverage and relief on a fine grid. Painted from
// a product's description pixel by pixel; lighting and places belong to render.hpp. Pure.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "edge/vision/image.hpp"
#include "lib/base/result.hpp"
#include "sim/tray/product.hpp"

namespace trayline::tray {

// Pixels per millimetre of every sprite; frames have 2.
inline constexpr float kSpriteScale = 4.0F;

// The middle of the picture is the thing's middle. relief is in millimetres, rows as in cover.
struct Sprite {
  vision::Image colour;  // BGR8
  vision::Image cover;   // GREY8, 0 outside .. 255 inside
  std::vector<float> relief;
  float height_mm = 0;  // how far its shadow falls
  float gloss = 0;      // 0 matt .. 1 wet
};

Sprite paint(const Product& product);

// A forearm with sleeve and an open hand that reaches in along -y (fingers up); the middle of the
// picture lies in the palm.
Sprite paint_hand(std::uint64_t seed);

// A white card with the code, or a phone that shows it; bytes are put in byte mode, level M.
// invalid_argument where they do not fit a code of 25 modules (26 bytes).
inline constexpr std::size_t kCodeBytesMax = 26;
inline constexpr float kModuleMm = 2.1F;  // 4.2 px at 2 px/mm
Result<Sprite> paint_code(const std::string& bytes, bool on_phone);

// A studio photo on white, cut out (flood fill from the border, tolerance 4) and scaled so that its
// longer side measures length_mm. invalid_argument where nothing stands out from the white.
Result<Sprite> cut_out(vision::ImageView photo, float length_mm);

}  // namespace trayline::tray
