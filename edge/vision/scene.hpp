// One picture made ready: what lies on the tray, and what each thing looks like. What predict and
// enrolment share. Pure; borrows the picture and the station, which have to outlive it.
#pragma once
#include <optional>
#include <vector>

#include "edge/vision/descriptor.hpp"
#include "edge/vision/flat_field.hpp"
#include "edge/vision/image.hpp"
#include "edge/vision/shapes.hpp"
#include "edge/vision/station.hpp"
#include "lib/base/result.hpp"

namespace trayline::vision {

class Scene {
 public:
  // surface: the colour of the empty tray that views are evened to; none: the reference's own.
  // Without a reference in the station the whole picture is one thing of unknown size.
  // invalid_argument: a black picture, or one of another size than the reference.
  static Result<Scene> create(ImageView frame, const Station& station,
                              const std::optional<Colour>& surface);

  const std::vector<Blob>& blobs() const { return blobs_; }
  SizeUnit unit() const { return station_->unit(); }
  // The colour that this scene's crops are evened to; none without a reference.
  const std::optional<Colour>& surface() const { return surface_; }

  // The blob's box in even light.
  Image crop(const Blob& blob) const;
  Result<Vector> describe(const Blob& blob) const;
  // The blob lies at the picture's edge, so that a part of it is out of sight.
  bool cut_off(const Blob& blob) const;

 private:
  Scene() = default;
  ImageView frame_;
  const Station* station_ = nullptr;
  std::optional<Colour> surface_;
  std::optional<FlatField> field_;
  std::vector<Blob> blobs_;
};

}  // namespace trayline::vision
