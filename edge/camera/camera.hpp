// The station's eye: frames in, predictions out. Joins the settle detector, the visit and the
// pipeline; the encoded picture is what is looked at, so that a replay sees the same. One thread.
#pragma once
#include <deque>
#include <functional>
#include <string>

#include "edge/camera/frame.hpp"
#include "edge/camera/watch.hpp"
#include "edge/vision/match.hpp"
#include "edge/vision/settle.hpp"
#include "edge/vision/station.hpp"
#include "lib/base/clock.hpp"
#include "lib/base/encoding.hpp"
#include "lib/base/random.hpp"
#include "lib/base/result.hpp"
#include "lib/wire/prediction.hpp"

namespace trayline::camera {

inline constexpr int kJpegQuality = 90;
// Predictions that wait because the hub refuses; a newer one of the same visit replaces an older,
// and beyond this many the oldest goes (its tray left long ago).
inline constexpr std::size_t kWaitingMax = 64;
// The reference follows an empty tray this often, and by this share.
inline constexpr std::int64_t kFollowMs = 1000;
inline constexpr float kFollowShare = 0.2F;

// Durable when it returns well; the same id may come again.
using Publish = std::function<Result<void>(const wire::Prediction&)>;

struct Place {
  CoreId core;
  StationId station;
  std::string boot_id;
  wire::Versions versions;
  std::string work;      // the visit and its reference, kept over restarts
  std::string handover;  // pictures for the cloud
};

class Camera {
 public:
  // station.reference must be loaded. Takes up the visit that the work folder knows, with the
  // reference it began with.
  static Result<Camera> create(Place place, vision::Station station, vision::Gallery gallery,
                               const Clock& clock, Random& random);
  void on_prediction(Publish publish) { publish_ = std::move(publish); }

  // Errors say why this frame could not be used (a wrong size, black, a full disk); the next one
  // may be fine.
  Result<void> take(Frame frame);
  // Publishes what waits, oldest first, until the hub refuses. The first refusal is returned. To be
  // called every second or so.
  Result<void> publish_waiting();
  std::size_t waiting() const { return waiting_.size() + (undone_ ? 1 : 0); }

  vision::SettleState state() const { return settle_.state(); }
  const std::optional<Visit>& visit() const { return watch_.visit; }

 private:
  struct Sight {
    vision::Station station;
    vision::Gallery gallery;
    vision::Settle settle;
  };
  Camera(Place place, Sight sight, const Clock& clock, Random& random);
  Result<void> keep_visit(bool is_new);
  Result<void> begin_visit();
  Result<void> use_reference(const Bytes& jpeg);
  Result<void> predict(const Frame& frame);
  void keep(wire::Prediction prediction);
  void follow(const Frame& frame);

  Place place_;
  vision::Station station_;  // its reference is the one of this visit, as decoded
  vision::Gallery gallery_;
  vision::Settle settle_;
  const Clock& clock_;
  Random& random_;
  VisitFile file_;
  Watch watch_;
  Publish publish_;
  vision::Image empty_;  // the tray as it looks today, following
  std::int64_t followed_ms_ = 0;
  std::deque<Frame> recent_;  // the newest Settle::kFramesKept, for the sharpest
  std::uint64_t frames_ = 0;  // given to settle_
  std::deque<wire::Prediction> waiting_;
  std::optional<Frame> undone_;  // settled, but the disk refused; tried again with what waits
};

}  // namespace trayline::camera
