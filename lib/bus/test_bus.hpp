// For tests of a bus: a loop that runs until something is so, and what came meanwhile.
#pragma once
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/random.hpp"
#include "lib/bus/bus.hpp"
#include "lib/bus/test_mosquitto.hpp"
#include "lib/loop/loop.hpp"

namespace trayline::bus::test {

class OnALoop {
 protected:
  // Runs the loop until the condition holds, or patience ends; events call changed().
  bool until(std::function<bool()> condition) {
    condition_ = std::move(condition);
    const auto deadline = loop_.after(kPatience, [this] { loop_.stop(); });
    loop_.post([this] { changed(); });
    loop_.run();
    return condition_();
  }
  void changed() {
    if (condition_()) loop_.stop();
  }
  Bus::Handler collect(std::vector<Message>& into) {
    return [this, &into](Message m) {
      into.push_back(std::move(m));
      changed();
    };
  }
  Bus::Published collect(std::vector<std::string>& into) {
    return [this, &into](Result<void> r) {
      into.push_back(r ? "ok" : r.error().detail);
      changed();
    };
  }

  Loop loop_;
  SeededRandom random_{7};
  std::function<bool()> condition_ = [] { return false; };
};

}  // namespace trayline::bus::test
