// Codes, items; and the same as a message.
#include "edge/camera/look.hpp"

#include <algorithm>
#include <map>

#include "edge/camera/codes.hpp"
#include "edge/gallery/picture.hpp"
#include "lib/base/encoding.hpp"

namespace trayline::camera {
namespace {

constexpr double kMarginShown = 100;  // of an item that has no rival

wire::Verdict verdict_of(vision::Verdict verdict) {
  switch (verdict) {
    case vision::Verdict::confident:
      return wire::Verdict::confident;
    case vision::Verdict::review:
      return wire::Verdict::review;
    case vision::Verdict::unknown:
      break;
  }
  return wire::Verdict::unknown;
}

// Runners-up: other SKUs, scored by how much further away they are than the first.
std::vector<wire::RunnerUp> runners_up(const vision::Match& match, std::size_t from) {
  std::vector<wire::RunnerUp> rivals;
  if (match.best.empty()) return rivals;
  const double nearest = std::max(1e-6, static_cast<double>(match.best.front().distance));
  for (std::size_t i = from; i < match.best.size() && rivals.size() < wire::kRunnersUpMax; ++i) {
    const double distance = std::max(nearest, static_cast<double>(match.best[i].distance));
    const double score = static_cast<double>(match.score) * nearest / distance;
    rivals.push_back({Sku(match.best[i].sku), std::clamp(score, 0.0, 1.0)});
  }
  return rivals;
}

wire::SeenItem item_of(const vision::Seen& seen, vision::SizeUnit unit) {
  const bool known = seen.match.state != vision::ItemState::unknown && !seen.match.best.empty();
  wire::SeenItem item;
  item.sku = Sku(known ? seen.match.best.front().sku : std::string(wire::kUnknownSku));
  item.score = std::clamp(static_cast<double>(seen.match.score), 0.0, 1.0);
  item.margin = std::min(kMarginShown, static_cast<double>(seen.match.margin));
  const vision::Rect& box = seen.blob.box;
  item.box = wire::Box{box.x, box.y, box.width, box.height};
  if (unit == vision::SizeUnit::mm2) item.area_mm2 = static_cast<double>(seen.blob.size);
  item.runners_up = runners_up(seen.match, known ? 1 : 0);
  return item;
}

}  // namespace

Result<Look> look(vision::ImageView frame, const vision::Station& station,
                  const vision::Gallery& gallery, const vision::DecodeLimits& limits) {
  const std::vector<SeenCode> codes = read_codes(frame);
  std::vector<vision::Polygon> outlines;
  for (const SeenCode& code : codes) {
    outlines.emplace_back(code.corners.begin(), code.corners.end());
  }
  Result<vision::Tray> tray = vision::predict(frame, station, gallery, limits, outlines);
  if (!tray) return fail(tray.error());
  Look result;
  for (const SeenCode& code : codes) result.codes.push_back(code.bytes);
  result.tray = std::move(*tray);
  return result;
}

Result<Look> look_at(std::span<const std::uint8_t> frame, std::span<const std::uint8_t> reference,
                     vision::Station station, const vision::Gallery& gallery) {
  const Result<vision::Image> picture = gallery::decode_picture(frame);
  if (!picture) return fail(picture.error());
  if (!reference.empty()) {
    Result<vision::Image> empty = gallery::decode_picture(reference);
    if (!empty) return fail(empty.error());
    station.reference = std::move(*empty);
  }
  return look(picture->view(), station, gallery);
}

void describe_look(const Look& look, vision::SizeUnit unit, wire::Prediction& prediction) {
  for (const std::string& code : look.codes) {
    prediction.codes.push_back(to_base64url(as_bytes(code)));
  }
  for (const vision::Seen& seen : look.tray.items) {
    prediction.items.push_back(item_of(seen, unit));
  }
  prediction.cost = static_cast<double>(look.tray.cost);
  for (const vision::Reading& reading : look.tray.alternatives) {
    wire::Alternative alternative;
    alternative.cost = static_cast<double>(reading.cost);
    for (const vision::Count& count : reading.counts) {
      alternative.items.push_back({Sku(count.sku), count.count});
    }
    prediction.alternatives.push_back(std::move(alternative));
  }
  prediction.verdict = verdict_of(look.tray.verdict);
}

}  // namespace trayline::camera
