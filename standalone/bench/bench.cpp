#include "standalone/bench/bench.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "standalone/bench/flow.hpp"

namespace trayline::bench {

int main_of_bench(int argc, char** argv) {
  CLI::App app(
      "Measures. One JSON object per row on standard output; exit status 0 means measured.\n"
      "Example: trayline bench flow --in-flight 1,64 --orders 8000",
      "trayline bench");
  app.require_subcommand(1);
  FlowOptions options;
  CLI::App* flow = app.add_subcommand(
      "flow", "Predictions over MQTT to paid screens, with the generator of ../shared/bench");
  flow->add_option("--shared", options.shared, "Folder with loadgen/ and stripe-double/")
      ->capture_default_str();
  flow->add_option("--in-flight", options.in_flight, "Orders under way, one step each")
      ->delimiter(',')
      ->capture_default_str();
  flow->add_option("--orders", options.per_step,
                   "Orders in each step (an eighth with one in flight)")
      ->check(CLI::Range(80, 200'000))
      ->capture_default_str();
  flow->add_flag("--keep", options.keep, "Keep the temporary folder when something fails");
  CLI11_PARSE(app, argc, argv);
  const Result<void> done = run_flow(options);
  if (done) return 0;
  std::fprintf(stderr, "trayline bench flow: %s\n", done.error().detail.c_str());
  return 1;
}

}  // namespace trayline::bench
