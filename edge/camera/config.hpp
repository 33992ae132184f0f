// The camera function's configuration, as the agent hands it over. Relative files are relative to
// the folder the function is started in.
#pragma once
#include <string>

#include "edge/camera/camera.hpp"
#include "lib/base/result.hpp"

namespace trayline::camera {

struct Config {
  std::string source;   // dir:FOLDER or pipe:PATH; empty: the station's own
  std::string station;  // station.json
  std::string gallery;  // menu.gallery
  std::string station_id = "1";
  std::string menu_version;  // goes into every prediction

  static void describe(auto& member, auto& self) {
    member.defaulted("source", self.source);
    member("station", self.station);
    member("gallery", self.gallery);
    member.defaulted("station_id", self.station_id);
    member.defaulted("menu_version", self.menu_version);
  }
};

// station.json with its newest reference picture, which must have the hash that is written there.
Result<vision::Station> load_station(const std::string& path);
// The gallery file, made ready to match.
Result<vision::Gallery> load_gallery(const std::string& path);
// What a prediction says of the parts it was made with: the embedder, the gallery's version, the
// SHA-256 of station.json.
Result<wire::Versions> versions_of(const Config& config, const vision::Gallery& gallery);

}  // namespace trayline::camera
