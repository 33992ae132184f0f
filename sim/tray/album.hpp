// Pictures and truth files in folders: enrolment views and tray stills for tests, from seeds that
// no clip uses.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "edge/vision/image.hpp"
#include "lib/base/result.hpp"
#include "sim/tray/render.hpp"
#include "sim/tray/scene.hpp"

namespace trayline::tray {

inline constexpr int kAlbumQuality = 92;  // of the JPEGs

struct AlbumOptions {
  std::string folder;
  std::uint64_t seed = 1;
  std::uint64_t station = 1;
  std::vector<std::string> skus;  // empty: the demo menu
  std::string iconic;
  int count = 8;          // views per SKU, or stills; 1..10,000
  bool touching = false;  // stills: items pushed against each other
  float unknown = 0;      // stills: share of trays with one thing that is on no menu
};

// One product alone on the mat, anywhere, in light that the seed names.
Result<vision::Image> render_view(const std::string& sku, std::uint64_t seed, Shelf& shelf,
                                  Renderer& renderer);
// A frame of the scene with the light and noise that the seed names.
Result<vision::Image> render_tray(const Scene& scene, std::uint64_t seed, Renderer& renderer);

// FOLDER/reference.jpg, FOLDER/<sku>/<n>.jpg and FOLDER/truth.json
// {"views":[{"file","sku","box"}]}.
Result<void> write_enrolment(const AlbumOptions& options);
// FOLDER/reference.jpg, FOLDER/<n>.jpg, FOLDER/<n>.json {"items":[{"sku","count"}],"boxes":[...],
// "code"} and FOLDER/manifest.json {"frames":[{"frame","reference"}]}.
Result<void> write_stills(const AlbumOptions& options);

}  // namespace trayline::tray
