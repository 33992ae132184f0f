// `trayline bench flow`: the whole path over MQTT, us against the peer and the yardstick of the
// benchmark kit.
#pragma once
#include <string>
#include <vector>

#include "lib/base/result.hpp"

namespace trayline::bench {

struct FlowOptions {
  std::string shared = "../shared/bench";           // the kit, as C and Node.js sources
  std::vector<std::string> engines = {"postgres"};  // of ours: postgres, sqlite
  bool peer = true;
  bool limit = true;
  std::vector<int> in_flight = {1, 8, 64, 256};  // one step each
  int per_step = 2000;                           // orders; an eighth of it with one in flight
  int repeats = 3;                               // of everything, by turns
  int chaos_orders = 20'000;                     // 0: no chaos
  bool keep = false;                             // the folder, when something fails
};

// Prints one JSON object per row on standard output, prose on standard error.
Result<void> run_flow(const FlowOptions& options);

}  // namespace trayline::bench
