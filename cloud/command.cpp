// The command line of the cloud.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "cloud/cloud.hpp"
#include "lib/base/json.hpp"

namespace trayline::cloud {

command::Outcome main_of_cloud(int argc, char** argv) {
  CLI::App app(
      "Runs all services of the cloud in one process, until SIGINT or SIGTERM.\n"
      "Prints one JSON line with its address on standard output once it accepts requests.\n"
      "Example: trayline cloud --config cloud.toml",
      "trayline cloud");
  std::string config = "cloud.toml";
  bool print = false;
  app.add_option("--config", config, "Settings; TRAYLINE_<SECTION>_<KEY> overrides them")
      ->capture_default_str();
  app.add_flag("--print-config", print, "Print the effective settings and end");
  if (auto over = command::parse(app, argc, argv)) return *over;
  const auto fail_with = [](const Error& error) {
    return command::failed("trayline cloud", error);
  };
  const Result<Settings> settings = load_settings(config);
  if (!settings) return fail_with(settings.error());
  if (print) {
    std::fputs(config::print_config(*settings).c_str(), stdout);
    return 0;
  }
  Result<std::unique_ptr<Cloud>> cloud = Cloud::open(*settings);
  if (!cloud) return fail_with(cloud.error());
  std::puts(Json::object({{"ready", true}, {"url", (*cloud)->url()}}).dump().c_str());
  std::fflush(stdout);
  (*cloud)->run();
  return 0;
}

}  // namespace trayline::cloud
