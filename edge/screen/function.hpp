// The screen as an edge function: states from the hub to the pages, reports back.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "edge/sdk/edge.hpp"
#include "lib/base/clock.hpp"
#include "lib/loop/loop.hpp"

namespace trayline::screen {

struct Settings {
  std::vector<std::string> screens = {"main"};  // ids, [A-Za-z0-9_-]{1,64}
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any; the health page says which
  static void describe(auto& member, auto& self) {
    member.defaulted("screens", self.screens);
    member.defaulted("address", self.address);
    member.defaulted("port", self.port);
  }
};

// Until the hub says stop or is gone: the exit status. unavailable: no hub, or the port is taken;
// invalid_argument: the configuration.
Result<int> serve(edge::Function& hub, Loop& loop, const Clock& clock);

}  // namespace trayline::screen
