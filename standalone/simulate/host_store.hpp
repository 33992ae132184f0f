// One host's way to the store: where transactions fail, commits have an unknown outcome, the
// process ends before or after the commit, and another host's turn comes between load and save.
// One thread.
#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>

#include "standalone/simulate/engine.hpp"
#include "standalone/simulate/ground.hpp"
#include "standalone/simulate/plants.hpp"
#include "standalone/simulate/rules.hpp"
#include "standalone/simulate/swarm.hpp"

namespace trayline::simulate {

class HostStore final : public Borrowed {
 public:
  struct Parts {
    Engine& engine;
    const Swarm& swarm;
    const Plants& plants;
    Rules& rules;
    std::map<std::string, int>& killers;  // predictions that end the process, and how often still
  };
  HostStore(store::Store& base, Parts parts) : Borrowed(base), parts_(parts) {}

  Result<void> transaction(const std::function<Result<void>(store::Session&)>& work) override;
  // The process ended inside a transaction: nothing of it runs any more.
  bool dead() const { return dead_; }
  void begin() { dead_ = false; }
  // Keeps orders and payments as they are committed now; services load these until they write, as
  // if another host's turn had come between.
  void keep_old();
  void load_old(bool old) { load_old_ = old; }

 private:
  class Tap;
  enum class Fate { commit, crash_before, crash_after, unknown_done, unknown_undone };
  Fate draw_fate();
  store::Statement old(const store::Statement& statement);

  Parts parts_;
  bool load_old_ = false;
  std::map<std::string, std::string, std::less<>> old_texts_;  // of statements, by their name
  bool dead_ = false;
};

}  // namespace trayline::simulate
