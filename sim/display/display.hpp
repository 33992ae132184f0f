// A virtual display: speaks the protocol of the screen's page (event stream in, POST painted out)
// and remembers every state that it showed. It has no pixels. One thread, the loop's.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/clock.hpp"
#include "lib/http/client.hpp"
#include "lib/loop/loop.hpp"
#include "lib/wire/screen.hpp"

namespace trayline::display {

// One state as it was shown.
struct Frame {
  Time at;
  bool connected = true;  // the core reached the cloud, as the page would say
  wire::ScreenState state;
};

class Display {
 public:
  // base: "http://127.0.0.1:8080". Connects, and again after every loss, until it is destroyed.
  Display(Loop& loop, const Clock& clock, std::string base, std::string screen);
  ~Display();
  Display(const Display&) = delete;
  Display& operator=(const Display&) = delete;

  // Every state shown, in order; a state that came again unchanged is no new frame.
  const std::vector<Frame>& frames() const;
  // What is on it now; null before the first state.
  const Frame* now() const;
  // The stream is open; a page that loses it says "offline".
  bool streaming() const;
  // Lower versions that came after higher ones; a page ignores them.
  std::uint64_t steps_back() const;
  // Called after each frame.
  void on_frame(std::function<void(const Frame&)> task);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace trayline::display
