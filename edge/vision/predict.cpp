// The pipeline in one page.
#include "edge/vision/predict.hpp"

#include "edge/vision/split.hpp"

namespace trayline::vision {

namespace {

Result<Option> option_of(const Scene& scene, std::vector<Blob> parts, const Gallery& gallery,
                         const MatchLimits& limits) {
  Option option;
  for (Blob& part : parts) {
    const auto vec = scene.describe(part);
    if (!vec) return fail(vec.error());
    Match match = gallery.match(*vec, part.size, scene.unit(), limits);
    option.push_back({std::move(part), std::move(match)});
  }
  return option;
}

}  // namespace

Result<Tray> predict(ImageView frame, const Station& station, const Gallery& gallery,
                     const DecodeLimits& limits) {
  const auto scene = Scene::create(frame, station, gallery.content().surface);
  if (!scene) return fail(scene.error());
  std::vector<std::vector<Option>> blobs;
  for (const Blob& blob : scene->blobs()) {
    std::vector<Hypothesis> hypotheses{{{blob}}};
    if (!station.reference.empty()) hypotheses = split(blob, station.px_per_mm);
    std::vector<Option>& options = blobs.emplace_back();
    for (Hypothesis& hypothesis : hypotheses) {
      auto option = option_of(*scene, std::move(hypothesis.parts), gallery, limits.match);
      if (!option) return fail(option.error());
      options.push_back(std::move(*option));
    }
  }
  return decode(std::move(blobs), limits);
}

}  // namespace trayline::vision
