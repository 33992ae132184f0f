// A service that wants to hear what of it broke.
#pragma once
#include <string_view>

namespace trayline::host {

class Watched {
 public:
  virtual ~Watched() = default;
  // A check of this service failed, or a statement of it was wrong; the turn is rolled back, and
  // its messages are tried again alone. Called by the tick's thread.
  virtual void broke(std::string_view why) = 0;
};

}  // namespace trayline::host
