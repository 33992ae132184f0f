// The programs of a stage, running: started, killed, stopped and continued by name. Names are those
// of the stage's programs and of the functions, "camera-c1" and "screen-c1". Methods are for the
// conducting thread, which is not the loop's.
#pragma once
#include <sys/types.h>

#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/json.hpp"
#include "standalone/chaos/stage.hpp"
#include "standalone/up/keeper.hpp"

namespace trayline::chaos {

class Crew {
 public:
  using Say = std::function<void(const std::string&)>;  // thread-safe
  // Made and destroyed on the loop's thread.
  Crew(Loop& loop, const Clock& clock, const Stage& stage, Say say);

  Result<void> start_all();
  std::vector<std::string> names() const;
  bool is_function(const std::string& name) const;

  // SIGKILL, of a database with all its processes. A program is gone when this returns; a function
  // is started again by its agent. not_found: it does not run at the moment.
  Result<void> kill(const std::string& name);
  // After kill(), until it is ready. Tries again for a while where its start fails.
  Result<void> start_again(const std::string& name);
  // SIGSTOP and SIGCONT, to the same processes.
  Result<std::vector<pid_t>> stop(const std::string& name);
  static void go_on(const std::vector<pid_t>& stopped);

  // The agent's health page; unavailable while it is down.
  static Result<Json> health(const Core& core);
  // Programs that ended though nobody killed them.
  int crashes() const { return crashes_; }
  // What the cloud printed for this user on its console.
  std::optional<std::string> code_for(const std::string& user);
  // On the loop's thread: ends everything.
  void stop_all(std::function<void()> done) { keeper_.stop_all(std::move(done)); }

 private:
  Result<std::vector<pid_t>> pids(const std::string& name);
  Loop& loop_;
  const Clock& clock_;
  const Stage& stage_;
  Say say_;
  std::atomic<int> crashes_{0};
  std::map<std::string, std::string> codes_;  // the loop's
  up::Keeper keeper_;
};

}  // namespace trayline::chaos
