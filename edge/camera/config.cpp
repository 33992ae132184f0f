// Files of a station into values.
#include "edge/camera/config.hpp"

#include <filesystem>

#include "edge/gallery/gallery_file.hpp"
#include "edge/gallery/picture.hpp"
#include "lib/base/digest.hpp"

namespace trayline::camera {

Result<vision::Station> load_station(const std::string& path) {
  const Result<Bytes> text = gallery::read_file(path);
  if (!text) return fail(text.error());
  Result<vision::Station> station = vision::read_station(as_text(*text));
  if (!station) return fail(station.error().code, path + ": " + station.error().detail);
  if (station->references.empty()) {
    return fail(Code::invalid_argument, path + ": references: a camera needs the empty tray");
  }
  const vision::ReferenceFile& newest = station->references.back();
  const std::string file = (std::filesystem::path(path).parent_path() / newest.file).string();
  const Result<Bytes> picture = gallery::read_file(file);
  if (!picture) return fail(picture.error());
  if (!newest.sha256.empty() && sha256_hex(as_text(*picture)) != newest.sha256) {
    return fail(Code::conflict, file + ": is not the picture that " + path + " names");
  }
  Result<vision::Image> reference = gallery::decode_picture(*picture);
  if (!reference) return fail(reference.error().code, file + ": " + reference.error().detail);
  station->reference = std::move(*reference);
  return station;
}

Result<vision::Gallery> load_gallery(const std::string& path) {
  Result<vision::GalleryContent> content = gallery::load(path);
  if (!content) return fail(content.error());
  return vision::Gallery::create(std::move(*content));
}

Result<wire::Versions> versions_of(const Config& config, const vision::Gallery& gallery) {
  const Result<Bytes> text = gallery::read_file(config.station);
  if (!text) return fail(text.error());
  return wire::Versions{gallery.content().embedder, std::to_string(gallery.content().version),
                        config.menu_version, sha256_hex(as_text(*text)).substr(0, 16)};
}

}  // namespace trayline::camera
