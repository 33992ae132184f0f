// Measures become rows: medians, ratios and whether the goals are met. Pure.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/json.hpp"
#include "standalone/bench/contender.hpp"
#include "standalone/bench/load.hpp"

namespace trayline::bench {

// A bound on a row's value, the one of today and the one of a release.
struct Goal {
  bool at_most = true;  // else at least
  double today = 0;
  double release = 0;
};

struct Row {
  std::string id;
  std::string what;
  double value = 0;
  std::string unit;
  int in_flight = 0;
  std::optional<Goal> goal{};
  bool sound = true;  // every run behind it was complete and charged each order once
  // The figures behind the value, by contender: {"postgres": 231.0, "peer": 812.5}.
  std::vector<std::pair<std::string, double>> of{};
};

// One repeat of one step of one contender.
struct Step {
  Measure measure;
  Counters counted;  // during the step
};
// By contender and number in flight.
using Steps = std::map<std::pair<std::string, int>, std::vector<Step>>;

// Figures of each contender, one row per figure and step.
std::vector<Row> figures(const Steps& steps);
// P1 to P4, P6, P7, P10 and P15 of one of ours against what else was measured; rows whose other
// side is absent are left out.
std::vector<Row> goals(const Steps& steps, const std::string& ours);

// One JSON object: id, what, value, unit, goal, release_goal, ok, in_flight, of, and `about`
// (load average, machine).
Json to_json(const Row& row, const Json::Object& about);

}  // namespace trayline::bench
