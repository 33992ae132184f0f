// Where a store on this machine keeps its files. Looks only, makes nothing. Thread-safe.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "edge/camera/config.hpp"
#include "lib/base/ids.hpp"
#include "lib/base/result.hpp"

namespace trayline::places {

inline constexpr int kDepthMax = 6;               // of folders below the state folder
inline constexpr std::size_t kFilesMax = 20'000;  // looked at in one search

// Files whose name ends like that, by path. not_found: there is no such folder; exhausted: more
// than kFilesMax files lie there, which is no state folder.
Result<std::vector<std::string>> find_files(const std::string& folder, std::string_view ending);

// The one cloud.toml of a state folder. not_found and conflict say what to do.
Result<std::string> find_cloud_config(const std::string& state);

// What the camera of this core was given, from the edge.toml of the state folder that names core
// and camera; its files as absolute paths. not_found where no edge.toml does.
Result<camera::Config> find_camera(const std::string& state, const CoreId& core,
                                   const StationId& station);

}  // namespace trayline::places
