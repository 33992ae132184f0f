// All counters of a stage with their feeds and screens: the load of a campaign, and what it has
// seen. Belongs to the loop's thread.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sim/display/display.hpp"
#include "standalone/chaos/counter.hpp"

namespace trayline::chaos {

// One screen: what is on it, and whose visit was the newest at its station.
struct ScreenSeen {
  std::string core;
  std::string screen;
  bool live = false;         // streaming, with a core that reaches the cloud
  std::int64_t version = 0;  // 0: nothing shown yet
  std::string status;
  std::string order;
  std::string newest_order;  // empty: any order is right
};

class Market {
 public:
  Market(Loop& loop, const Clock& clock, Random& random, Moments& moments, const Stage& stage);
  ~Market();

  // The feeds' sockets; before the edge starts.
  Result<void> listen();
  // tokens: of phones with a card.
  void open(std::vector<std::string> tokens);
  void let_in(bool open);
  bool idle() const;
  // Ends what gets nowhere.
  void give_up();
  const std::deque<Visit>& visits() const { return around_.visits; }
  std::vector<ScreenSeen> screens() const;
  std::uint64_t steps_back() const;

 private:
  struct Place {
    std::string core;
    std::string screen;
    std::unique_ptr<Counter> counter;
    std::unique_ptr<display::Display> display;
  };
  http::Client http_;
  Surroundings around_;
  std::map<std::string, std::unique_ptr<Feeder>> feeders_;  // by core
  std::vector<Place> places_;
};

}  // namespace trayline::chaos
