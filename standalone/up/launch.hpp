// A whole store on this machine: writes its files, starts its programs in order, knows where each
// is and what it said. Methods are for the conducting thread unless they say otherwise.
#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cloud/store_file.hpp"
#include "lib/base/clock.hpp"
#include "lib/base/json.hpp"
#include "lib/base/random.hpp"
#include "lib/loop/loop.hpp"
#include "sim/display/display.hpp"
#include "standalone/up/config_files.hpp"
#include "standalone/up/keeper.hpp"
#include "standalone/up/news.hpp"
#include "standalone/up/state_folder.hpp"

namespace trayline::up {

struct Options {
  bool once = false;
  bool json = false;
  std::string store;   // file; empty: the demo store
  std::string state;   // folder
  std::string camera;  // dir:PATH; empty: the renderer
};

class Launch {
 public:
  using Say = std::function<void(const std::string&)>;  // thread-safe
  // stop: set by whoever wants everything to end. Made and destroyed on the loop's thread.
  Launch(Loop& loop, const Clock& clock, Random& random, const std::atomic<bool>& stop, Say say);
  ~Launch();
  Launch(const Launch&) = delete;
  Launch& operator=(const Launch&) = delete;

  // State folder, keys, certificates, gallery and settings.
  Result<void> prepare(const Options& options);
  // Every program, each when the one before is ready; then until the edge sees and shows.
  Result<void> start();

  // One program by its name: mosquitto, stripe, cloud, tray, edge.
  Result<void> stop(const std::string& name);
  Result<void> kill(const std::string& name);
  Result<void> start_again(const std::string& name);

  // A command to the renderer; waits for its answer. invalid_argument: what it refuses.
  Result<void> tray(Json command);
  // The code that was sent to this user, once it was.
  std::optional<std::string> code_for(const std::string& username);
  std::vector<std::string> news_of(const std::string& order);
  // What the virtual display shows; none before its first state.
  std::optional<display::Frame> shown();
  bool display_streams();
  // The edge agent's health page.
  Result<Json> health() const;

  bool renders() const { return options_.camera.empty(); }
  bool stopping() const { return stop_ || broken_; }
  // A program ended that must not; empty while none did.
  std::string broken();
  const cloud::StoreFile& store() const { return store_; }
  std::string cloud_url() const;
  std::string stripe_url() const;
  std::string screen_url() const;
  std::string state_dir() const { return wiring_.state_dir; }
  std::string people_file() const { return wiring_.secrets.people; }
  Loop& loop() { return loop_; }
  Random& random() { return random_; }
  const Clock& clock() const { return clock_; }

  // On the loop's thread: ends every program in reverse, then calls done.
  void stop_all(std::function<void()> done);
  // On the loop's thread: ends waiting for programs.
  void interrupt();

 private:
  Result<void> write_files();
  Result<void> write_broker(const Certificates& certificates);
  Result<void> start(Program program);
  std::vector<Program> programs();
  Program program(const std::string& name, std::vector<std::string> command) const;
  Result<void> wait_until_it_sees();

  Loop& loop_;
  const Clock& clock_;
  Random& random_;
  const std::atomic<bool>& stop_;
  std::atomic<bool> broken_ = false;
  Say say_;
  Options options_;
  std::optional<StateFolder> state_;
  cloud::StoreFile store_;
  Wiring wiring_;
  PortsTurn turn_;  // until every program listens
  std::string broker_dir_;
  bool broker_dir_is_ours_ = false;
  std::uint64_t commands_ = 0;

  // Of the loop's thread.
  std::unique_ptr<News> news_;
  std::unique_ptr<display::Display> display_;
  std::map<std::string, std::string> codes_;
  std::map<std::string, Json> tray_answers_;
  std::string why_broken_;
  Keeper keeper_;
};

}  // namespace trayline::up
