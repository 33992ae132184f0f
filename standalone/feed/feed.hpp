// An edge function fed from outside: lines of a Unix socket become critical messages to the cloud,
// and the hub's answers go back. Keeps nothing.
#pragma once
#include <string>

#include "edge/sdk/edge.hpp"

namespace trayline::feed {

struct Settings {
  std::string socket;  // somebody listens there, now or later
  static void describe(auto& member, auto& self) { member("socket", self.socket); }
};

// Until the hub says stop or is gone: the exit status. unavailable: no hub; invalid_argument: the
// configuration.
Result<int> serve(edge::Function& hub);

}  // namespace trayline::feed
