// `trayline vision enrol | predict | embed`: the commands as plain functions. The command line
// itself is parsed elsewhere. The forms of the answers are stable: others script against them.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/clock.hpp"
#include "lib/base/json.hpp"
#include "lib/base/result.hpp"

namespace trayline::vision_cli {

inline constexpr std::size_t kPhotosMax = 1000;     // per call
inline constexpr std::size_t kFramesMax = 100'000;  // per manifest
inline constexpr std::size_t kManifestBytesMax = 16u << 20;

struct EnrolOptions {
  std::string gallery;    // file; made where there is none
  std::string sku;        // [A-Za-z0-9_-]{1,64}
  std::string name;       // may be empty
  std::string reference;  // photo of the empty tray; empty: a whole photo is the item
  double px_per_mm = 0;   // of a calibrated station; 0: sizes are in px
  std::vector<std::string> photos;
};

// A photo that was not enrolled, and why, in words for the person who took it.
struct RefusedPhoto {
  std::string photo;
  std::string why;
};

struct EnrolReport {
  std::string sku;
  std::size_t added = 0;
  std::size_t views = 0;  // of this item now
  std::vector<RefusedPhoto> refused;
  // Every view of the item against the gallery without that view.
  std::size_t checked = 0;
  std::size_t recognised = 0;
  std::string nearest_sku;  // the other item that looks most like this one; may be empty
  bool confusing = false;   // a view looks more like nearest_sku than like its own item
  std::int64_t gallery_version = 0;
  std::string advice;  // what to do next; may be empty
};
Json to_json(const EnrolReport& report);

// Adds what is fit; an error where no photo is (with the reason of each) or the gallery refuses.
Result<EnrolReport> enrol(const EnrolOptions& options, const Clock& clock);

struct PredictOptions {
  std::string gallery;
  std::string manifest;  // {frames: [{frame, reference?, order?: [{sku, count}]}]}
  double px_per_mm = 0;  // as at enrolment
};

// [{frame, items: [{sku | "unknown", count, score}], best?, score, verdict}], one per frame in
// order. A frame that cannot be read has no items, score 0, the verdict unknown (with an order:
// unsure) and an extra member `error`. Paths are relative to the manifest. Errors: the gallery or
// the manifest itself.
Result<Json> predict(const PredictOptions& options);

// {embedder, dim, vectors: [{photo, vec: [...]}]} of whole photos.
Result<Json> embed(const std::vector<std::string>& photos);

}  // namespace trayline::vision_cli
