#include "edge/agent/settings.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>

#include "lib/wire/topics.hpp"

namespace trayline::agent {
namespace {

constexpr std::size_t kFunctionsMax = 32;

std::string below(const std::filesystem::path& folder, const std::string& path) {
  if (path.empty() || path.front() == '/') return path;
  return std::filesystem::absolute(folder / path).lexically_normal().string();
}

Result<void> readable(const std::string& what, const std::string& path, const Settings& settings) {
  const bool is_file = std::filesystem::is_regular_file(path);
  if (is_file && std::ifstream(path).good()) return {};
  const std::string why = is_file ? std::strerror(errno) : "there is no such file";
  return fail(Code::not_found, "the core's " + what + " " + path + " cannot be read: " + why +
                                   "; `trayline core create --env " + settings.env + " --core " +
                                   settings.core + " --local` makes it");
}

}  // namespace

void Settings::validate(config::Complaints& wrong) const {
  if (!wire::is_env(env)) wrong("env", "must be [a-z0-9]{1,16}");
  if (!is_core_id(core)) wrong("core", "must be [a-z0-9-]{1,40}");
  if (state_dir.empty()) wrong("state_dir", "must name a folder");
  if (function.size() > kFunctionsMax) wrong("function", "at most 32 functions");
  const bool plain = ca.empty() && cert.empty() && key.empty();
  if (!plain && (ca.empty() || cert.empty() || key.empty())) {
    wrong("ca", "ca, cert and key go together; all three empty means plain TCP");
  }
  std::set<std::string> names;
  for (const FunctionSettings& f : function) {
    if (!is_core_id(f.name) || f.name == "agent" || f.name == "up" || f.name == "down") {
      wrong("function", "a name must be [a-z0-9-]{1,40} and not agent, up or down");
    } else if (!names.insert(f.name).second) {
      wrong("function", "two functions are called " + f.name);
    }
    if (f.exec.empty() || f.exec[0].empty()) wrong("function", f.name + ": exec names no program");
    if (f.config.as_object() == nullptr) wrong("function", f.name + ": config must be a table");
  }
}

Result<void> check_identity(const Settings& settings) {
  if (settings.cert.empty()) return {};
  for (const auto& [what, path] :
       {std::pair{"certificate", &settings.cert}, std::pair{"key", &settings.key},
        std::pair{"certificate authority", &settings.ca}}) {
    if (auto there = readable(what, *path, settings); !there) return there;
  }
  return {};
}

Result<Settings> load_settings(const std::string& path) {
  const Result<config::Document> document = config::load_toml(path);
  if (!document) return fail(document.error());
  Result<Settings> settings =
      config::read_config<Settings>(*document, config::process_environment());
  if (!settings) return settings;
  const std::filesystem::path folder =
      std::filesystem::absolute(std::filesystem::path(path)).parent_path();
  for (std::string* file : {&settings->state_dir, &settings->ca, &settings->cert, &settings->key}) {
    *file = below(folder, *file);
  }
  for (FunctionSettings& f : settings->function) {
    if (f.exec[0].find('/') != std::string::npos) f.exec[0] = below(folder, f.exec[0]);
  }
  if (auto identity = check_identity(*settings); !identity) return fail(identity.error());
  return settings;
}

}  // namespace trayline::agent
