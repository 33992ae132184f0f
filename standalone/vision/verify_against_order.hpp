// A tray of vision as the prediction that lib/verify compares with orders. Pure.
#pragma once
#include <string>
#include <vector>

#include "edge/vision/decode.hpp"
#include "lib/verify/verify.hpp"
#include "lib/wire/prediction.hpp"

namespace trayline::vision_cli {

// Items one by one, with scores, margins, boxes and runners-up. area_mm2 only where calibrated.
wire::Prediction prediction_of(const vision::Tray& tray, bool calibrated);

verify::Kind verify_against_order(const vision::Tray& tray,
                                  const std::vector<wire::SkuCount>& order);

}  // namespace trayline::vision_cli
