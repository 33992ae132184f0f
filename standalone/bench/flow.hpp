// `trayline bench flow`: orders per second and CPU per order of the whole path over MQTT.
#pragma once
#include <string>
#include <vector>

#include "lib/base/result.hpp"

namespace trayline::bench {

struct FlowOptions {
  std::string shared = "../shared/bench";   // load generator and charge double, as C sources
  std::vector<int> in_flight = {1, 8, 64};  // one step each
  int per_step = 4000;                      // orders; an eighth of it with one in flight
  int stations = 0;                         // at least as many as orders in flight
  int orders = 0;                           // of all steps; computed
  bool keep = false;                        // the folder, when something fails
};

// Prints one JSON object per row on standard output, prose on standard error.
Result<void> run_flow(const FlowOptions& options);

}  // namespace trayline::bench
