// Light first, then segmentation.
#include "edge/vision/scene.hpp"

#include <cstring>

#include "edge/vision/mat.hpp"
#include "edge/vision/segment.hpp"

namespace trayline::vision {

namespace {

constexpr float kBlackMean = 6;  // grey levels; a darker picture shows nothing
constexpr int kEdge = 4;         // px; nearer to the picture's edge counts as cut off

Blob whole_picture(ImageView frame) {
  Blob blob;
  blob.box = {0, 0, frame.width, frame.height};
  blob.mask = Image(frame.width, frame.height, Pixel::grey8);
  std::fill(blob.mask.pixels.begin(), blob.mask.pixels.end(), std::uint8_t{255});
  return blob;
}

}  // namespace

Result<Scene> Scene::create(ImageView frame, const Station& station,
                            const std::optional<Colour>& surface) {
  if (auto sound = check_picture(frame, "the frame"); !sound) return fail(sound.error());
  const auto mean = mean_colour(frame);
  if (!mean) return fail(mean.error());
  if (std::all_of(mean->begin(), mean->end(), [](float c) { return c < kBlackMean; })) {
    return fail(Code::invalid_argument,
                "the picture is black: is the lens covered, is there light?");
  }
  Scene scene;
  scene.frame_ = frame;
  scene.station_ = &station;
  if (station.reference.empty()) {
    scene.blobs_.push_back(whole_picture(frame));
    return scene;
  }
  const ImageView reference = station.reference.view();
  const auto change = light_change(frame, reference);
  if (!change) return fail(change.error());
  const auto own_surface = mean_colour(reference);
  if (!own_surface) return fail(own_surface.error());
  scene.surface_ = surface ? *surface : *own_surface;
  auto field = FlatField::create(reference, *change, *scene.surface_);
  if (!field) return fail(field.error());
  scene.field_ = std::move(*field);
  auto blobs =
      segment({frame, reference, *change, station.tray, station.px_per_mm}, station.segment);
  if (!blobs) return fail(blobs.error());
  scene.blobs_ = std::move(*blobs);
  return scene;
}

Image Scene::crop(const Blob& blob) const {
  if (field_) return field_->even(frame_, blob.box);
  Image out(blob.box.width, blob.box.height, Pixel::bgr8);
  const auto row = static_cast<std::size_t>(out.width) * 3;
  for (int y = 0; y < out.height; ++y) {
    const std::uint8_t* from = frame_.data +
                               static_cast<std::ptrdiff_t>(blob.box.y + y) * frame_.stride +
                               static_cast<std::ptrdiff_t>(blob.box.x) * 3;
    std::memcpy(out.pixels.data() + static_cast<std::size_t>(y) * row, from, row);
  }
  return out;
}

Result<Vector> Scene::describe(const Blob& blob) const {
  return vision::describe(crop(blob).view(), blob.mask, blob.size);
}

bool Scene::cut_off(const Blob& blob) const {
  return field_ && (blob.box.x < kEdge || blob.box.y < kEdge ||
                    blob.box.x + blob.box.width > frame_.width - kEdge ||
                    blob.box.y + blob.box.height > frame_.height - kEdge);
}

}  // namespace trayline::vision
