// What goes wrong on request: a list of faults, each for the next n calls that fit. Pure.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "lib/base/clock.hpp"
#include "lib/base/json.hpp"

namespace trayline::stripe_sim {

enum class FaultKind {
  latency,      // the reply comes ms later
  status,       // this status instead of the effect
  cut,          // the connection ends before the effect
  hold,         // effect, then the reply is held until it is released
  lose,         // effect, then the connection ends without the reply
  error_after,  // effect, then 500 instead of the reply (the saved reply is the true one)
};

struct Fault {
  FaultKind kind = FaultKind::hold;
  std::string method;       // empty: any
  std::string path_suffix;  // "/capture"; empty: any
  std::int64_t n = 1;       // of calls
  std::int64_t status = 500;
  std::int64_t ms = 0;
};

class Faults {
 public:
  static constexpr std::size_t faults_max = 64;

  // exhausted when there are too many.
  Result<void> add(Fault fault);
  // The first that fits, counted down.
  std::optional<Fault> take(const std::string& method, const std::string& path);
  void clear() { faults_.clear(); }
  void clear(FaultKind kind);

 private:
  std::vector<Fault> faults_;
};

// {"kind":"lose","path_suffix":"/capture","method":"POST","n":1,"status":500,"ms":0}; all but kind
// may be left out. Unknown members are invalid_argument.
Result<Fault> parse_fault(const Json& json);

}  // namespace trayline::stripe_sim
