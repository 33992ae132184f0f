// `trayline bench kill | pause | powercut`: a whole store of real processes on loopback, hit at
// random moments while people order, and then audited against the payment provider's own ledger.
#pragma once
#include <cstdint>
#include <string>

#include "lib/base/json.hpp"
#include "lib/base/result.hpp"
#include "standalone/chaos/stage.hpp"

namespace trayline::chaos {

enum class How { kill, pause, powercut };

struct Options {
  How how = How::kill;
  StageOptions stage;
  std::string store = "cloud";  // powercut: whose disk, cloud | edge | postgres
  int blows = 50;
  std::uint64_t seed = 1;
  bool keep = false;  // the folder, and say where it is
};

inline constexpr int kSkipped = 77;  // exit status where this machine cannot do it

// Progress on standard error, the report as one JSON object on the last line of standard output.
// The exit status: 0 where everything that was promised was kept; an error where nothing was tried.
Result<int> run(const Options& options);

}  // namespace trayline::chaos
