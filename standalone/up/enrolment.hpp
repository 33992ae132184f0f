// The station's eyes: gallery and station.json, made from enrolment views of the renderer (never
// from what it plays) or found in a folder of the user's photos. Kept while the menu stays.
#pragma once
#include <atomic>
#include <functional>
#include <string>

#include "cloud/store_file.hpp"
#include "lib/base/clock.hpp"
#include "standalone/up/state_folder.hpp"

namespace trayline::up {

struct Eyes {
  std::string station_file;
  std::string gallery_file;
  std::string source;  // dir:PATH or pipe:PATH
};

using Progress = std::function<void(const std::string&)>;

// Runs `trayline-tray --enrol` and enrols what it wrote; nothing where that was done for this menu.
// unavailable with the renderer's words, or when stop turns true.
Result<Eyes> rendered_eyes(const StateFolder& state, const cloud::StoreFile& store,
                           const std::string& tray_program, const std::atomic<bool>& stop,
                           const Progress& say);

// Of a folder of photos: PATH/reference.jpg (the empty tray), PATH/menu.gallery (made by `trayline
// vision enrol`). not_found names what is missing.
Result<Eyes> photographed_eyes(const StateFolder& state, const cloud::StoreFile& store,
                               const std::string& folder);

}  // namespace trayline::up
