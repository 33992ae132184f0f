// trayline simulate.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "standalone/simulate/simulate.hpp"

namespace trayline::simulate {

namespace {

constexpr unsigned kJobsMost = 256;
constexpr long long kSeedsMost = 1'000'000'000;
constexpr double kHoursMost = 10'000;

}  // namespace

command::Outcome main_of_simulate(int argc, char** argv) {
  CLI::App app(
      "Plays virtual days of a store in which everything goes wrong, and checks what must hold.\n"
      "The last line of standard output is one JSON object; exit status 0 means no violation.\n"
      "Example: trayline simulate --seeds 1000 --from 1\n"
      "         trayline simulate --replay 17",
      "trayline simulate");
  Options options;
  std::optional<std::uint64_t> again;
  bool json = false;
  app.add_option("--seeds", options.seeds, "How many")
      ->capture_default_str()
      ->check(CLI::Range(1LL, kSeedsMost));
  app.add_option("--from", options.from, "The first seed")->capture_default_str();
  app.add_option("--hours", options.hours, "As many seeds as fit into this time instead")
      ->check(CLI::Range(0.001, kHoursMost));
  app.add_option("--replay", again, "Prints everything that happens in this one seed");
  app.add_option("--plant", options.plant, "With a planted fault, which must be found");
  app.add_option("--jobs", options.jobs, "Seeds at the same time; 0: one for each processor")
      ->capture_default_str()
      ->check(CLI::Range(0U, kJobsMost));
  app.add_flag("--stop", options.stop_at_first, "End at the first violation");
  app.add_flag("--json", json,
               "Standard output holds nothing but the JSON object (it is printed in any case)");
  if (auto over = command::parse(app, argc, argv)) return *over;
  if (!options.plant.empty() && !Plants::is_known(options.plant)) {
    std::string these;
    for (const Plant& plant : all_plants()) {
      these += fmt::format("\n  {} ({}): without {}", plant.name, plant.kind, plant.removes);
    }
    return command::failed("trayline simulate",
                           {Code::invalid_argument, "no planted fault is called \"" +
                                                        options.plant + "\"; these are:" + these},
                           command::kUsage);
  }
  if (again) {
    std::FILE* const out = json ? stderr : stdout;  // the object alone is for programs
    const Outcome outcome = replay(*again, options.plant, out);
    if (outcome.violation) std::fprintf(out, "violation: %s\n", outcome.violation->c_str());
    std::printf("%s\n", Json::object({{"seed", outcome.seed},
                                      {"orders", outcome.orders},
                                      {"events", outcome.events},
                                      {"violations", outcome.violation ? 1 : 0}})
                            .dump()
                            .c_str());
    return outcome.violation ? 1 : 0;
  }
  const Report report = run(options);
  std::printf("%s\n", to_json(report).dump().c_str());
  return report.violations == 0 ? 0 : 1;
}

}  // namespace trayline::simulate
