// trayline-edge: runs a core's functions and carries their messages to the cloud.
#include <cstdio>
#include <cstring>
#include <string_view>

#include "edge/agent/agent.hpp"
#include "lib/base/log.hpp"

namespace {

constexpr const char* kHelp =
    "Usage: trayline-edge --config edge.toml\n"
    "Runs the functions of one core, keeps their messages and sends them to the cloud.\n"
    "\n"
    "edge.toml:\n"
    "  env = \"local\"              # with core: the name IoT-<env>-<core>\n"
    "  core = \"store-1\"\n"
    "  state_dir = \"state\"        # outbox.db, handover/, work/, logs/\n"
    "  ca = \"identity/roots/ca.pem\"\n"
    "  cert = \"identity/cert.pem\" # made by: trayline core create --env E --core C\n"
    "  key = \"identity/key.pem\"\n"
    "  health_port = 0             # of 127.0.0.1; 0: any, printed at start\n"
    "  outbox = \"512MiB\"          # messages that may wait\n"
    "  pictures = \"1GiB\"          # that may wait in state_dir/handover\n"
    "  [broker]\n"
    "  host = \"127.0.0.1\"\n"
    "  port = 8883\n"
    "  [[function]]\n"
    "  name = \"screen\"\n"
    "  exec = [\"trayline-screen\"]\n"
    "  config = { port = 8080 }    # handed to the function as JSON\n"
    "\n"
    "Options: --config FILE, --check (read the file and end), --help\n"
    "Example: trayline-edge --config edge.toml --check\n";

int usage(const char* why) {
  std::fprintf(stderr, "trayline-edge: %s; see --help\n", why);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  const char* file = nullptr;
  bool check_only = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view arg = argv[i];
    if (arg == "--help") return std::fputs(kHelp, stdout) < 0 ? 1 : 0;
    if (arg == "--check") {
      check_only = true;
    } else if (arg == "--config" && i + 1 < argc) {
      file = argv[++i];
    } else {
      return usage("unknown or incomplete option");
    }
  }
  if (file == nullptr) return usage("--config FILE is required");
  const trayline::Result<trayline::agent::Settings> settings = trayline::agent::load_settings(file);
  if (!settings) {
    std::fprintf(stderr, "trayline-edge: %s\n", settings.error().detail.c_str());
    return 1;
  }
  if (check_only) return 0;
  trayline::SystemClock clock;
  trayline::SystemRandom random;
  trayline::Loop loop;
  auto agent = trayline::agent::Agent::start(loop, clock, random, *settings);
  if (!agent) {
    std::fprintf(stderr, "trayline-edge: %s\n", agent.error().detail.c_str());
    return 1;
  }
  std::printf("health http://127.0.0.1:%u/\n", unsigned{(*agent)->health_port()});
  std::fflush(stdout);
  loop.on_stop_signal([&] { (*agent)->stop([&loop] { loop.stop(); }); });
  loop.run();
  return 0;
}
