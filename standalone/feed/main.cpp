// trayline-feed: an edge function that publishes what is handed to it. Wiring.
#include <cstdio>
#include <string_view>

#include "lib/base/log.hpp"
#include "standalone/feed/feed.hpp"

int main(int argc, char** argv) {
  if (argc > 1) {
    const bool help = std::string_view(argv[1]) == "--help";
    std::fputs(
        "Usage: trayline-feed\n"
        "An edge function: trayline-edge starts it with the configuration { socket = \"PATH\" }.\n"
        "It publishes the lines that come from there: {\"key\", \"topic\", \"body\"}.\n",
        help ? stdout : stderr);
    return help ? 0 : 2;
  }
  trayline::edge::Function hub;
  const trayline::Result<int> ended = trayline::feed::serve(hub);
  if (ended) return *ended;
  trayline::log(trayline::Level::error, "the feed cannot run", {{"why", ended.error().detail}});
  return 1;
}
