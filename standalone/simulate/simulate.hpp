// Many seeds: what a campaign found. The shell around the worlds; only here a real clock is read.
#pragma once
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/json.hpp"
#include "lib/command/command.hpp"
#include "standalone/simulate/world.hpp"

namespace trayline::simulate {

inline constexpr std::size_t kFailedMost = 50;  // seeds that a report names

struct Options {
  std::uint64_t from = 1;
  std::uint64_t seeds = 100;
  double hours = 0;  // above 0: as many seeds as fit into this time
  std::string plant;
  bool stop_at_first = false;
  unsigned jobs = 0;  // seeds at the same time, a thread each; 0: one for each processor
};

struct Report {
  std::uint64_t seeds = 0;
  Millis elapsed{0};  // virtual
  std::uint64_t orders = 0;
  std::uint64_t paid = 0;
  std::uint64_t violations = 0;
  std::uint64_t hash = 0;  // over all seeds, in their order
  double seconds = 0;      // real
  double cpu_seconds = 0;  // of the processors, all together
  std::vector<Outcome> failed;
};

// Progress and violations go to standard error. What is found depends on the seeds alone, not on
// how many are played at the same time; with stop_at_first, seeds after the first that is violated
// count as not played.
Report run(const Options& options);
Json to_json(const Report& report);

// Writes the whole trace of one seed into out; ends at the violation.
Outcome replay(std::uint64_t seed, const std::string& plant, std::FILE* out);

command::Outcome main_of_simulate(int argc, char** argv);

}  // namespace trayline::simulate
