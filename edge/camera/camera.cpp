// From a frame to a prediction that is safe to forget.
#include "edge/camera/camera.hpp"

#include <algorithm>

#include "edge/camera/handover.hpp"
#include "edge/camera/look.hpp"
#include "edge/gallery/picture.hpp"
#include "lib/base/file.hpp"

namespace trayline::camera {
namespace {

constexpr const char* kReferenceFile = "/reference.jpg";

}  // namespace

Camera::Camera(Place place, Sight sight, const Clock& clock, Random& random)
    : place_(std::move(place)),
      station_(std::move(sight.station)),
      gallery_(std::move(sight.gallery)),
      settle_(std::move(sight.settle)),
      clock_(clock),
      random_(random),
      file_(place_.work),
      empty_(station_.reference) {}

Result<Camera> Camera::create(Place place, vision::Station station, vision::Gallery gallery,
                              const Clock& clock, Random& random) {
  const VisitFile file(place.work);
  Result<std::optional<Visit>> visit = file.load(clock, random);
  if (!visit) return fail(visit.error());
  // An empty tray as it looked when the last visit began is newer than the calibration's.
  Result<vision::Image> last = gallery::read_picture(place.work + kReferenceFile);
  const bool fits =
      last && last->width == station.reference.width && last->height == station.reference.height;
  if (*visit && fits) station.reference = std::move(*last);
  Result<vision::Settle> settle =
      vision::Settle::create(station.settle, station.reference.view(), station.tray);
  if (!settle) return fail(settle.error());
  Camera camera(std::move(place), {std::move(station), std::move(gallery), std::move(*settle)},
                clock, random);
  camera.watch_ = resumed(std::move(*visit));
  if (camera.watch_.visit) {
    if (const Result<void> kept = camera.file_.save(*camera.watch_.visit); !kept) {
      return fail(kept.error());
    }
  }
  return camera;
}

Result<void> Camera::take(Frame frame) {
  const Result<vision::SettleStep> seen = settle_.step(frame.picture.view(), frame.time_ms);
  if (!seen) return fail(seen.error());
  frames_ = seen->frame + 1;
  recent_.push_back(std::move(frame));
  if (recent_.size() > vision::Settle::kFramesKept) recent_.pop_front();
  const Frame& newest = recent_.back();
  Observed observed{seen->event, settle_.quiet(), newest.time_ms, {}};
  if (!watch_.visit) observed.fresh_id = uuid7(clock_.now(), random_);
  const WatchStep todo = step(watch_, observed);
  Result<void> done;
  if (todo.visit_changed) done = keep_visit(todo.new_visit);
  if (todo.follow) follow(newest);
  if (seen->event != vision::SettleEvent::none) undone_.reset();
  if (!todo.predict) return done;
  const std::size_t back = static_cast<std::size_t>(seen->frame - seen->sharpest);
  const std::size_t at = recent_.size() - 1 - std::min(back, recent_.size() - 1);
  const Result<void> predicted = predict(recent_[at]);
  if (!predicted && predicted.error().code == Code::unavailable) undone_ = recent_[at];
  if (!done) return done;
  return predicted ? publish_waiting() : predicted;
}

Result<void> Camera::keep_visit(bool is_new) {
  if (!watch_.visit) return file_.clear();
  if (is_new) return begin_visit();
  return file_.save(*watch_.visit);
}

// The empty tray of this moment becomes the visit's reference, encoded, kept and handed over.
Result<void> Camera::begin_visit() {
  const Result<Bytes> jpeg = gallery::encode_jpeg(empty_.view(), kJpegQuality);
  if (!jpeg) return fail(jpeg.error());
  if (const Result<void> used = use_reference(*jpeg); !used) return used;
  const Result<std::string> hash = hand_over(place_.handover, *jpeg);
  if (hash) watch_.visit->reference = *hash;
  const Result<void> kept = write_durably(place_.work + kReferenceFile, as_text(*jpeg));
  const Result<void> saved = file_.save(*watch_.visit);
  if (!hash) return fail(hash.error());
  return kept ? saved : kept;
}

Result<void> Camera::use_reference(const Bytes& jpeg) {
  Result<vision::Image> decoded = gallery::decode_picture(jpeg);
  if (!decoded) return fail(decoded.error());
  station_.reference = std::move(*decoded);
  return {};
}

void Camera::follow(const Frame& frame) {
  if (frame.time_ms - followed_ms_ < kFollowMs && frame.time_ms >= followed_ms_) return;
  followed_ms_ = frame.time_ms;
  // A frame of another size was refused by the settle detector before.
  (void)vision::follow(empty_, frame.picture.view(), kFollowShare);
}

Result<void> Camera::predict(const Frame& frame) {
  const Result<Bytes> jpeg = gallery::encode_jpeg(frame.picture.view(), kJpegQuality);
  const Result<Look> seen = jpeg ? look_at(*jpeg, {}, station_, gallery_) : fail(jpeg.error());
  const std::size_t items = seen ? seen->tray.items.size() : 0;
  const std::size_t codes = seen ? seen->codes.size() : 0;
  settle_.reported(static_cast<int>(items + codes));
  if (!seen) return fail(seen.error());
  Visit& visit = *watch_.visit;
  if (!worth_saying(visit, items, codes)) return {};
  const Result<std::string> hash = hand_over(place_.handover, *jpeg);
  if (!hash) return fail(hash.error());
  ++visit.number;
  if (const Result<void> saved = file_.save(visit); !saved) return saved;
  wire::Prediction prediction;
  prediction.id = PredictionId(uuid7(clock_.now(), random_));
  prediction.core = place_.core;
  prediction.station = place_.station;
  prediction.visit = VisitId(visit.id);
  prediction.number = visit.number;
  prediction.visit_uncertain = visit.uncertain;
  prediction.device_time_ms = to_ms(clock_.now());
  prediction.monotonic_ms = clock_.monotonic().count();
  prediction.boot_id = place_.boot_id;
  prediction.versions = place_.versions;
  prediction.image = *hash;
  prediction.reference = visit.reference;
  describe_look(*seen, station_.unit(), prediction);
  keep(std::move(prediction));
  return {};
}

void Camera::keep(wire::Prediction prediction) {
  const auto same_visit = [&](const wire::Prediction& p) { return p.visit == prediction.visit; };
  std::erase_if(waiting_, same_visit);
  if (waiting_.size() >= kWaitingMax) waiting_.pop_front();
  waiting_.push_back(std::move(prediction));
}

Result<void> Camera::publish_waiting() {
  if (undone_) {
    const Frame frame = *std::exchange(undone_, std::nullopt);
    const Result<void> predicted = predict(frame);
    if (!predicted && predicted.error().code == Code::unavailable) undone_ = frame;
    if (!predicted) return predicted;
  }
  while (!waiting_.empty()) {
    const Result<void> published =
        publish_ ? publish_(waiting_.front()) : fail(Code::unavailable, "nobody publishes");
    if (!published) return published;
    waiting_.pop_front();
  }
  return {};
}

}  // namespace trayline::camera
