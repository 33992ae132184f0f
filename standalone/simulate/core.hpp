// A core in a store: its agent, a camera that is told what it sees, and the product's boards as
// screens. Power cuts, a wrong clock, a failing disk. One thread.
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "edge/screen/board.hpp"
#include "standalone/simulate/agent.hpp"

namespace trayline::simulate {

// What lies on a tray, and how well the camera sees it.
enum class Sight { clear, blurred, unknown_item, count_in_doubt };
struct Tray {
  std::map<Sku, std::int64_t> items;
  std::vector<std::pair<OrderId, std::string>> codes;  // orders and their codes' texts
  Sight sight = Sight::clear;
  std::vector<std::pair<UserId, std::string>> customers = {};  // and their own codes
};

class Core {
 public:
  struct Parts {
    Engine& engine;
    const Swarm& swarm;
    const Plants& plants;
    Rules& rules;
    Broker& broker;
    store::Store& disk;
    std::string env;
    std::map<std::string, int>& killers;
  };
  Core(Parts parts, CoreId id, std::vector<StationId> stations, std::vector<ScreenId> screens);

  const CoreId& id() const { return id_; }
  bool occupied(std::size_t station) const { return stations_[station].tray.has_value(); }
  // What the screen beside it shows; null before it shows anything.
  const wire::ScreenState* shows(std::size_t station) const;
  void put_tray(std::size_t station, Tray tray);
  // Something on it changes, or somebody touches it.
  void change_tray(std::size_t station, Tray tray);
  void remove_tray(std::size_t station) { stations_[station].tray.reset(); }
  // The next prediction will kill who handles it; a message that nobody can read.
  void send_killer() { killer_next_ = true; }
  void send_garbage();

  void crash_agent();
  void cut_power();
  MachineClock& clock() { return clock_; }
  agent::Totals totals() const;
  std::size_t waiting() const { return waiting_.size(); }

 private:
  struct Place {
    StationId id;
    VisitId visit;  // on disk, like number
    std::int64_t number = 0;
    bool uncertain = false;
    std::optional<Tray> tray;
  };
  void start();
  void look(Place& place);
  void publish_waiting();
  void down(const std::string& topic, const std::string& body);
  void paint(const ScreenId& screen);
  void report(const ScreenId& screen);

  Parts parts_;
  CoreId id_;
  MachineClock clock_;
  std::vector<Place> stations_;
  std::vector<ScreenId> screens_;
  std::unique_ptr<Agent> agent_;  // none while it is down
  std::unique_ptr<screen::Boards> boards_;
  Json boards_file_;
  std::deque<agent::Row> waiting_;  // made, and not yet the agent's
  bool publishing_ = false;
  static constexpr Millis kPublishRetry{5'000};
  Millis retry_ = kPublishRetry;
  bool killer_next_ = false;
  bool has_power_ = true;
  agent::Totals last_totals_;
};

}  // namespace trayline::simulate
