// One host's way to the store: where transactions fail, commits have an unknown outcome, the
// process ends before or after the commit, and another host's change comes between load and save.
// One thread.
#pragma once
#include <functional>
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

class HostStore final : public store::Wrapped {
 public:
  struct Parts {
    Engine& engine;
    const Swarm& swarm;
    const Plants& plants;
    Rules& rules;
    std::map<std::string, int>& killers;  // predictions that end the process, and how often still
  };
  HostStore(store::Store& base, Parts parts) : Wrapped(base), parts_(parts) {}

  Result<void> transaction(const std::function<Result<void>(store::Session&)>& work) override;
  // The process ended inside a transaction: nothing of it runs any more.
  bool dead() const { return dead_; }
  void begin() {
    dead_ = false;
    load_old_.clear();
  }
  // What was read before a turn is not read after it.
  void turn_over() { load_old_.clear(); }
  // Another host commits a change of this order. Called outside a transaction, where the fault of
  // that name is in force: what this host was about to write is then decided once more from what
  // it had read before, which the version checks must notice.
  using Meet = std::function<void(const OrderId&)>;
  void meet(Meet meet) { meet_ = std::move(meet); }
  // While this host is the other one itself, it meets nobody.
  void undisturbed(bool is) { undisturbed_ = is; }

 private:
  class Tap;
  enum class Fate { commit, crash_before, crash_after, unknown_done, unknown_undone };
  Fate draw_fate();
  void keep_old();
  store::Statement old(const store::Statement& statement);
  bool meets();
  void met(const OrderId& order);

  Parts parts_;
  Meet meet_;
  bool undisturbed_ = false;
  std::set<std::string> load_old_;                             // statements that read copies
  std::map<std::string, std::string, std::less<>> old_texts_;  // of statements, by their name
  bool dead_ = false;
};

}  // namespace trayline::simulate
