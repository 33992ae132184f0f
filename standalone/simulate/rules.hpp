// What must hold, whatever happens: watches commits, money, answers, screens and news as they
// happen, and the whole world at its end. Throws Violation. Reads the store beside the product and
// knows the truth about each tray. One thread.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "edge/agent/table.hpp"
#include "lib/store/store.hpp"
#include "lib/wire/screen.hpp"
#include "sim/stripe/state.hpp"
#include "standalone/simulate/engine.hpp"
#include "standalone/simulate/truth.hpp"

namespace trayline::simulate {

class Rules {
 public:
  Rules(Engine& engine, store::Store& store);

  // The store, inside the transaction that is about to commit, and how that ended.
  void before_commit(store::Session& session, const std::set<std::string>& orders);
  void committed();
  // A service handled a message with an id, in the transaction that is under way.
  void handled(std::string_view service, const std::string& id);
  void not_committed() {
    pending_.clear();
    handling_.clear();
  }

  // Trays.
  void looked(const PredictionId& id, Look look) { looks_[id.value] = std::move(look); }
  // It is on the edge's disk: from here on nobody may lose it.
  void accepted(const CoreId& core, const PredictionId& id);
  void acknowledged(const CoreId& core, const wire::Ack& ack);

  // People. attempt: the wish, however often it was sent.
  void wished(const std::string& attempt, std::map<Sku, std::int64_t> items);
  void placed(const std::string& attempt, const OrderId& order);
  void refund_taken(const std::string& attempt, const std::string& refund);
  // A change of what was read under this version was answered with that one.
  void changed(const OrderId& order, std::int64_t read, std::int64_t answered);
  void cancelled(const OrderId& order, const std::string& state);  // so it was answered
  void staff_decides(const OrderId& order) { decided_.insert(order.value); }
  // Walk-up trays and settlements take what stands there, also where the count says nothing is
  // left.
  void takes_what_stands_there() { below_nothing_ = true; }
  // Somebody wants a basket, and was told that it is theirs.
  void binds(const OrderId& order, const UserId& user);
  void bound(const OrderId& order, const UserId& user);
  // Staff counted so many; an order was refused because too few are left.
  void counted(const Sku& sku, std::int64_t left) { counted_[sku.value] = left; }
  void sold_out(const std::string& attempt, const std::map<Sku, std::int64_t>& items);

  // The provider is about to act on the intent of an order.
  void confirming(const OrderId& order, const std::string& intent);
  void canceling(const OrderId& order, const std::string& intent);
  void captured(const OrderId& order, std::int64_t minor, std::int64_t hold_minor);

  void news(const OrderId& order, const std::string& status, const std::string& key);
  void painted(const CoreId& core, const wire::ScreenState& state);

  // What is not as it must be once everything has healed; none: all is well.
  struct Outside {
    const stripe_sim::State& provider;
    std::map<CoreId, agent::Totals> outboxes;
    bool forgetful = false;  // the provider was away for longer than it remembers keys
  };
  std::optional<std::string> unfinished(const Outside& outside);

  std::size_t orders() const { return seen_.size(); }
  std::size_t paid() const { return charged_.size(); }

 private:
  Seen seen_from(const store::Row& row) const;
  std::map<std::string, Seen> look_at(store::Session& session, const std::set<std::string>& orders);
  Seen now(const OrderId& order);
  void compare(const std::string& order, const Seen& before, const Seen& after);
  void judge_tray(const std::string& order, const Seen& seen);
  bool was_there(const std::string& order, const Seen& seen, const Look& look) const;
  bool staff_decided(const std::string& order);
  std::optional<std::string> unfinished_orders(const Outside& outside);
  std::optional<std::string> unfinished_money(const Outside& outside);
  std::optional<std::string> unfinished_stock();
  std::optional<std::string> unfinished_trays(const Outside& outside);
  std::optional<std::string> unfinished_screens();
  std::optional<std::string> unfinished_news();
  store::Answer read(const store::Statement& statement);

  Engine& engine_;
  std::unique_ptr<store::Session> reader_;
  std::map<std::string, Seen> seen_;
  std::map<std::string, Seen> pending_;
  std::set<std::string> handled_, handling_;               // messages with ids
  std::map<std::string, std::int64_t> visits_;             // and the highest number committed
  std::map<std::string, std::set<std::string>> raisings_;  // of an order, as they were committed
  std::map<std::string, Look> looks_;
  std::map<std::string, std::string> accepted_;  // prediction, core
  std::map<CoreId, std::int64_t> accepted_by_core_;
  std::map<std::string, std::map<Sku, std::int64_t>> wishes_;
  std::map<std::string, std::string> order_of_wish_;
  std::map<std::string, std::string> refund_of_wish_;
  std::set<std::string> decided_;                          // orders, by staff
  std::map<std::string, std::set<std::string>> bindings_;  // baskets, and who wants them
  std::map<std::string, std::string> bound_;
  std::map<std::string, std::int64_t> counted_;  // items with a stock
  bool below_nothing_ = false;                   // a stock may be
  std::map<std::string, std::int64_t> charged_;
  std::map<std::pair<std::string, std::string>, std::string> news_;  // order and status, key
  std::map<std::pair<CoreId, ScreenId>, wire::ScreenState> screens_;
  std::map<std::pair<CoreId, ScreenId>, int> repainted_;  // in a row, with nothing new on them
};

}  // namespace trayline::simulate
