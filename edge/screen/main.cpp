// trayline-screen: an edge function that serves the pages of a core's screens. Its configuration:
// {"screens": ["main"], "address": "127.0.0.1", "port": 8080}.
#include <cstdio>
#include <string_view>

#include "edge/screen/function.hpp"
#include "lib/base/log.hpp"

namespace {

constexpr const char* kHelp =
    "Usage: trayline-screen\n"
    "An edge function: trayline-edge starts it and gives it its configuration\n"
    "  { screens = [\"main\"], address = \"127.0.0.1\", port = 8080 }   (port 0: any)\n"
    "It serves http://ADDRESS:PORT/?screen=main and reports what pages have painted.\n";

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) {
    const bool help = std::string_view(argv[1]) == "--help";
    return std::fputs(kHelp, help ? stdout : stderr) >= 0 && help ? 0 : 2;
  }
  trayline::SystemClock clock;
  trayline::Loop loop;
  trayline::edge::Function hub;
  const trayline::Result<int> ended = trayline::screen::serve(hub, loop, clock);
  if (ended) return *ended;
  trayline::log(trayline::Level::error, "the screen cannot run", {{"why", ended.error().detail}});
  return 1;
}
