// One look at a picture: codes, and the items of the tray. What the station does with a settled
// frame and what a replay does with the stored one. Pure.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "edge/vision/predict.hpp"
#include "lib/base/result.hpp"
#include "lib/wire/prediction.hpp"

namespace trayline::camera {

struct Look {
  std::vector<std::string> codes;  // raw bytes, ordered
  vision::Tray tray;
};

// Errors are those of vision::predict.
Result<Look> look(vision::ImageView frame, const vision::Station& station,
                  const vision::Gallery& gallery, const vision::DecodeLimits& limits = {});
// The same from the bytes of two JPEG or PNG pictures; the station's own reference is not used
// where reference has bytes.
Result<Look> look_at(std::span<const std::uint8_t> frame, std::span<const std::uint8_t> reference,
                     vision::Station station, const vision::Gallery& gallery);

// Fills codes, items, alternatives, cost and verdict; leaves ids, versions and hashes alone.
void describe_look(const Look& look, vision::SizeUnit unit, wire::Prediction& prediction);

}  // namespace trayline::camera
