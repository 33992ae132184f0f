// menu.gallery: the enrolled views of a menu in one SQLite file. Reads it into the value that
// vision matches against, and adds views. Decides nothing about pictures. The file is held only
// while views are added; another process that holds it then is waited for, up to kWaitMaxMs. A file
// that is no gallery is never changed.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "edge/vision/match.hpp"
#include "lib/base/clock.hpp"
#include "lib/base/encoding.hpp"
#include "lib/base/result.hpp"

namespace trayline::gallery {

inline constexpr int kFormat = 1;
inline constexpr int kWaitMaxMs = 3000;
inline constexpr std::size_t kThumbBytesMax = 12 * 1024;
inline constexpr std::size_t kNameBytesMax = 200;

struct NewView {
  vision::Vector vec;
  float size = 0;    // in the addition's unit; 0: not known
  Bytes thumb_jpeg;  // at most kThumbBytesMax; kept for re-embedding by a later model
};

struct Addition {
  std::string sku;   // [A-Za-z0-9_-]{1,64}
  std::string name;  // empty: as it was
  std::string source = "enrol";
  vision::SizeUnit unit = vision::SizeUnit::none;
  std::optional<vision::Colour> surface;  // taken where the gallery has none yet
  std::vector<NewView> views;
};

// What the file holds; a Gallery is made of it by vision::Gallery::create.
// not_found: no such file (nothing is created); invalid_argument: another embedder or format, or
// damaged content; unavailable: not a gallery file. Reads beside a process that adds views.
Result<vision::GalleryContent> load(const std::string& path);

// Adds the views in one transaction, creating the file where there is none; returns the gallery's
// new version. conflict: a view that is in the gallery already, under any SKU (nothing is added);
// invalid_argument: sizes of another unit than the gallery's, or a broken name; unavailable: not a
// gallery file, or held by another process.
Result<std::int64_t> add(const std::string& path, const Addition& addition, Time now);

// Adds things that are not on the menu.
Result<std::int64_t> add_negatives(const std::string& path,
                                   const std::vector<vision::Vector>& vecs);

}  // namespace trayline::gallery
