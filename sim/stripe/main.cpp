// trayline-stripe: wiring.
#include <cstdio>
#include <string>
#include <vector>

#include "lib/base/json.hpp"
#include "sim/stripe/options.hpp"

int main(int argc, char** argv) {
  using namespace trayline;
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  auto options = stripe_sim::parse_options(arguments);
  if (!options) {
    std::fprintf(stderr, "trayline-stripe: %s (see --help)\n", options.error().detail.c_str());
    return 2;
  }
  if (options->help) {
    std::fputs(stripe_sim::help_text().c_str(), stdout);
    return 0;
  }
  Loop loop;
  const SystemClock clock;
  SystemRandom random;
  stripe_sim::Simulator simulator(loop, clock, random, std::move(options->simulator));
  const auto port = simulator.start(options->port);
  if (!port) {
    std::fprintf(stderr, "trayline-stripe: %s\n", port.error().detail.c_str());
    return 1;
  }
  const std::string url = "http://127.0.0.1:" + std::to_string(*port);
  std::puts(Json::object({{"url", url}, {"port", *port}}).dump().c_str());
  std::fflush(stdout);
  loop.on_stop_signal([&] { loop.stop(); });
  loop.run();
  return 0;
}
