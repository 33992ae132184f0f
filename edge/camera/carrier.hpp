// The card or phone that shows a code lies on the tray but is no item: it is painted over with the
// empty tray before anything is recognised. What touches it stays. Pure.
#pragma once
#include <optional>
#include <vector>

#include "edge/camera/codes.hpp"
#include "edge/vision/image.hpp"
#include "edge/vision/station.hpp"
#include "lib/base/result.hpp"

namespace trayline::camera {

// A carrier is a rectangle along the code's sides: at most so many code sides long, and filled so
// far. Another thing that a code lies on keeps all but the code and its quiet zone (four modules of
// at least 21: ISO/IEC 18004), and so is seen as something to be asked about.
inline constexpr float kCarrierSidesMax = 3.6F;
inline constexpr float kCarrierFill = 0.85F;
inline constexpr float kQuietZone = 1.45F;

// The frame without its codes' carriers; nothing where there is nothing to paint over (no code, or
// a station without reference). Errors are those of segmenting.
Result<std::optional<vision::Image>> without_carriers(vision::ImageView frame,
                                                      const std::vector<SeenCode>& codes,
                                                      const vision::Station& station);

}  // namespace trayline::camera
