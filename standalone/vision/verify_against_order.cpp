// From the values of vision to those of the wire.
#include "standalone/vision/verify_against_order.hpp"

#include <algorithm>

namespace trayline::vision_cli {

namespace {

wire::SeenItem item_of(const vision::Seen& seen, bool calibrated) {
  wire::SeenItem item;
  const vision::Match& match = seen.match;
  const bool unknown = match.state == vision::ItemState::unknown || match.best.empty();
  item.sku = Sku(unknown ? std::string(wire::kUnknownSku) : match.best.front().sku);
  item.score = unknown ? 1 - static_cast<double>(match.score) : static_cast<double>(match.score);
  item.margin = static_cast<double>(match.margin);
  const vision::Rect& box = seen.blob.box;
  item.box = wire::Box{box.x, box.y, box.width, box.height};
  item.area_mm2 = calibrated ? static_cast<double>(seen.blob.size) : 0;
  for (std::size_t i = unknown ? 0 : 1; i < match.best.size(); ++i) {
    if (item.runners_up.size() == wire::kRunnersUpMax) break;
    item.runners_up.push_back({Sku(match.best[i].sku), static_cast<double>(match.best[i].score)});
  }
  return item;
}

}  // namespace

wire::Prediction prediction_of(const vision::Tray& tray, bool calibrated) {
  wire::Prediction prediction;
  for (const vision::Seen& seen : tray.items) {
    prediction.items.push_back(item_of(seen, calibrated));
  }
  prediction.cost = static_cast<double>(tray.cost);
  for (const vision::Reading& reading : tray.alternatives) {
    wire::Alternative alternative;
    alternative.cost = static_cast<double>(reading.cost);
    for (const vision::Count& count : reading.counts) {
      alternative.items.push_back({Sku(count.sku), count.count});
    }
    prediction.alternatives.push_back(std::move(alternative));
  }
  switch (tray.verdict) {
    case vision::Verdict::confident:
      prediction.verdict = wire::Verdict::confident;
      break;
    case vision::Verdict::review:
      prediction.verdict = wire::Verdict::review;
      break;
    case vision::Verdict::unknown:
      prediction.verdict = wire::Verdict::unknown;
      break;
  }
  return prediction;
}

verify::Kind verify_against_order(const vision::Tray& tray,
                                  const std::vector<wire::SkuCount>& order) {
  return verify::verify(prediction_of(tray, false), order).kind;
}

}  // namespace trayline::vision_cli
