// Predictions for a manifest of frames, and vectors of whole photos.
#include "edge/vision/predict.hpp"

#include <filesystem>

#include "edge/gallery/gallery_file.hpp"
#include "edge/gallery/picture.hpp"
#include "lib/base/describe.hpp"
#include "standalone/vision/verify_against_order.hpp"
#include "standalone/vision/vision.hpp"

namespace trayline::vision_cli {

namespace {

struct ManifestFrame {
  std::string frame;
  std::optional<std::string> reference;
  std::optional<std::vector<wire::SkuCount>> order;
  static void describe(auto& member, auto& self) {
    member("frame", self.frame);
    member("reference", self.reference);
    member("order", self.order);
  }
};

struct Manifest {
  std::vector<ManifestFrame> frames;
  static void describe(auto& member, auto& self) { member("frames", self.frames); }
};

Result<Manifest> read_manifest(const std::string& path) {
  const auto bytes = gallery::read_file(path);
  if (!bytes) return fail(bytes.error());
  auto manifest =
      from_json_text<Manifest>(as_text(*bytes), JsonLimits{.bytes_max = kManifestBytesMax});
  if (!manifest) return fail(manifest.error().code, path + ": " + manifest.error().detail);
  if (manifest->frames.size() > kFramesMax) {
    return fail(Code::exhausted, path + ": at most " + std::to_string(kFramesMax) + " frames");
  }
  for (std::size_t i = 0; i < manifest->frames.size(); ++i) {
    if (!manifest->frames[i].order) continue;
    for (const wire::SkuCount& line : *manifest->frames[i].order) {
      if (line.count >= 1 && line.count <= wire::kCountMax) continue;
      return fail(Code::invalid_argument, path + ": /frames/" + std::to_string(i) +
                                              "/order: a count is 1 to " +
                                              std::to_string(wire::kCountMax));
    }
  }
  return manifest;
}

// Counts by sku, each with the score of its least sure item.
Json items_json(const vision::Tray& tray) {
  const wire::Prediction prediction = prediction_of(tray, false);
  Json::Array items;
  for (const vision::Count& count : tray.counts()) {
    double score = 1;
    for (const wire::SeenItem& item : prediction.items) {
      if (item.sku.value == count.sku) score = std::min(score, item.score);
    }
    items.push_back(Json::object({{"sku", count.sku}, {"count", count.count}, {"score", score}}));
  }
  return Json(std::move(items));
}

Json tray_json(const ManifestFrame& frame, const vision::Tray& tray) {
  Json::Object out;
  out.set("frame", frame.frame);
  out.set("items", items_json(tray));
  if (tray.items.size() == 1 && !tray.items[0].match.best.empty()) {
    out.set("best", tray.items[0].match.best[0].sku);
  }
  out.set("score", static_cast<double>(tray.score()));
  out.set("verdict", frame.order ? enum_name(verify_against_order(tray, *frame.order))
                                 : vision::to_string(tray.verdict));
  return Json(std::move(out));
}

Json error_json(const ManifestFrame& frame, const Error& error) {
  return Json::object({{"frame", frame.frame},
                       {"items", Json(Json::Array{})},
                       {"score", 0.0},
                       {"verdict", frame.order ? "unsure" : "unknown"},
                       {"error", error.detail}});
}

// Frames of one station follow each other: the reference is read once for a run of frames.
class Stations {
 public:
  Stations(std::filesystem::path folder, double px_per_mm) : folder_(std::move(folder)) {
    station_.px_per_mm = static_cast<float>(px_per_mm);
  }
  std::string path_of(const std::string& name) const { return (folder_ / name).string(); }
  Result<const vision::Station*> with(const std::optional<std::string>& reference) {
    if (reference == loaded_) return &station_;
    station_.reference = {};
    loaded_.reset();
    if (reference) {
      auto picture = gallery::read_picture(path_of(*reference));
      if (!picture) return fail(picture.error());
      station_.reference = std::move(*picture);
      loaded_ = reference;
    }
    return &station_;
  }

 private:
  std::filesystem::path folder_;
  vision::Station station_;
  std::optional<std::string> loaded_;
};

Result<vision::Tray> predict_frame(const ManifestFrame& frame, Stations& stations,
                                   const vision::Gallery& gallery) {
  const auto station = stations.with(frame.reference);
  if (!station) return fail(station.error());
  const auto picture = gallery::read_picture(stations.path_of(frame.frame));
  if (!picture) return fail(picture.error());
  return vision::predict(picture->view(), **station, gallery, {});
}

}  // namespace

Result<Json> predict(const PredictOptions& options) {
  if (!(options.px_per_mm >= 0 && options.px_per_mm <= vision::kPxPerMmMax)) {
    return fail(Code::invalid_argument, "px_per_mm is a number from 0 to 100");
  }
  const auto manifest = read_manifest(options.manifest);
  if (!manifest) return fail(manifest.error());
  auto content = gallery::load(options.gallery);
  if (!content) return fail(content.error());
  const auto gallery = vision::Gallery::create(std::move(*content));
  if (!gallery) return fail(gallery.error());
  Stations stations(std::filesystem::path(options.manifest).parent_path(), options.px_per_mm);
  Json::Array out;
  for (const ManifestFrame& frame : manifest->frames) {
    const auto tray = predict_frame(frame, stations, *gallery);
    out.push_back(tray ? tray_json(frame, *tray) : error_json(frame, tray.error()));
  }
  return Json(std::move(out));
}

Result<Json> embed(const std::vector<std::string>& photos) {
  if (photos.empty()) return fail(Code::invalid_argument, "there is no photo to embed");
  if (photos.size() > kPhotosMax) {
    return fail(Code::exhausted, "at most " + std::to_string(kPhotosMax) + " photos at a time");
  }
  Json::Array vectors;
  for (const std::string& path : photos) {
    const auto photo = gallery::read_picture(path);
    if (!photo) return fail(photo.error());
    const auto vec = vision::describe(photo->view(), {}, 0);
    if (!vec) return fail(vec.error().code, path + ": " + vec.error().detail);
    Json::Array numbers;
    for (const float value : *vec) numbers.push_back(Json(static_cast<double>(value)));
    vectors.push_back(Json::object({{"photo", path}, {"vec", Json(std::move(numbers))}}));
  }
  return Json::object({{"embedder", vision::kEmbedderId},
                       {"dim", vision::kDescriptorDims},
                       {"vectors", Json(std::move(vectors))}});
}

}  // namespace trayline::vision_cli
