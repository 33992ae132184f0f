#include "standalone/places/places.hpp"

#include <algorithm>
#include <filesystem>

#include "edge/agent/settings.hpp"

namespace trayline::places {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kCamera = "camera";  // a function of this name, or camera-...

// As a function sees it, which the agent starts in <state_dir>/work/<name>.
std::string below(const fs::path& folder, const std::string& file) {
  return file.empty() ? file : (folder / file).lexically_normal().string();
}

// The camera's settings of a function, if it is one.
std::optional<camera::Config> camera_of(const agent::FunctionSettings& function,
                                        const StationId& station) {
  if (!std::string_view(function.name).starts_with(kCamera)) return std::nullopt;
  Result<camera::Config> config = from_json<camera::Config>(function.config);
  if (!config || config->station_id != station.value) return std::nullopt;
  return *config;
}

}  // namespace

Result<std::vector<std::string>> find_files(const std::string& folder, std::string_view ending) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    return fail(Code::not_found, folder + ": there is no such state folder; name it by --state");
  }
  std::vector<std::string> found;
  std::size_t seen = 0;
  const auto options = fs::directory_options::skip_permission_denied;
  for (fs::recursive_directory_iterator at(folder, options, error), end; !error && at != end;
       at.increment(error)) {
    if (at.depth() >= kDepthMax) at.disable_recursion_pending();
    if (++seen > kFilesMax) {
      return fail(Code::exhausted, folder + ": holds more than " + std::to_string(kFilesMax) +
                                       " files; is this a state folder?");
    }
    std::error_code gone;  // a file may go while we look
    if (at->path().filename().string().ends_with(ending) && at->is_regular_file(gone)) {
      found.push_back(at->path().string());
    }
    if (at->path().filename() == "evidence") at.disable_recursion_pending();  // pictures only
  }
  if (error) return fail(Code::unavailable, folder + ": " + error.message());
  std::sort(found.begin(), found.end());
  return found;
}

Result<std::string> find_cloud_config(const std::string& state) {
  const Result<std::vector<std::string>> found = find_files(state, "cloud.toml");
  if (!found) return fail(found.error());
  if (found->empty()) {
    return fail(Code::not_found,
                state + ": no cloud.toml is in there; name the cloud's settings by --config");
  }
  if (found->size() > 1) {
    return fail(Code::conflict, state + ": there are several cloud.toml, " + found->at(0) +
                                    " and " + found->at(1) + " among them; name one by --config");
  }
  return found->front();
}

Result<camera::Config> find_camera(const std::string& state, const CoreId& core,
                                   const StationId& station) {
  const Result<std::vector<std::string>> found = find_files(state, "edge.toml");
  if (!found) return fail(found.error());
  for (const std::string& path : *found) {
    const Result<agent::Settings> settings = agent::load_settings(path);
    if (!settings || settings->core != core.value) continue;
    for (const agent::FunctionSettings& function : settings->function) {
      std::optional<camera::Config> config = camera_of(function, station);
      if (!config) continue;
      const fs::path work = fs::path(settings->state_dir) / "work" / function.name;
      config->station = below(work, config->station);
      config->gallery = below(work, config->gallery);
      return *config;
    }
  }
  return fail(Code::not_found, state + ": no edge.toml in there has a camera for station " +
                                   station.value + " of core " + core.value +
                                   "; name its files by --gallery and --station");
}

}  // namespace trayline::places
