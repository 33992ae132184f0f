#include "standalone/simulate/host_store.hpp"

#include "lib/base/check.hpp"

namespace trayline::simulate {
namespace {

constexpr double kMeets = 0.1;  // of a host's writes, where the fault is at its full strength

tl::unexpected<Error> away(std::string_view why) {
  return fail(Code::unavailable, "simulated: " + std::string(why));
}

constexpr store::Statement kOld[] = {
    {"simulate.make_old_orders",
     "CREATE TABLE IF NOT EXISTS old_orders AS SELECT * FROM orders_orders WHERE 1 = 0",
     {}},
    {"simulate.make_old_payments",
     "CREATE TABLE IF NOT EXISTS old_payments AS SELECT * FROM payments_payments WHERE 1 = 0",
     {}},
    {"simulate.clear_old_orders", "DELETE FROM old_orders", {}},
    {"simulate.clear_old_payments", "DELETE FROM old_payments", {}},
    {"simulate.keep_old_orders", "INSERT INTO old_orders SELECT * FROM orders_orders", {}},
    {"simulate.keep_old_payments", "INSERT INTO old_payments SELECT * FROM payments_payments", {}},
};

void replace(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

}  // namespace

// Sees every statement of a transaction.
class HostStore::Tap final : public store::Session {
 public:
  Tap(HostStore& store, store::Session& session) : store_(store), session_(session) {}
  Result<store::Answer> run(const store::Statement& statement, const store::Args& args) override {
    if (store_.dead_) return away("the process has ended");
    return session_.run(store_.parts_.plants.changed(statement), args);
  }
  Result<store::Answer> run(const store::Statement& statement, const store::Rows& rows,
                            const store::Args& args) override {
    if (store_.dead_) return away("the process has ended");
    if (const Result<void> noted = note(statement.name, rows); !noted) return fail(noted.error());
    Result<store::Answer> answer =
        session_.run(store_.parts_.plants.changed(old_or_new(statement)), rows, args);
    if (answer) store_.parts_.plants.change_answer(statement.name, rows, *answer);
    return answer;
  }
  const std::set<std::string>& orders() const { return orders_; }
  bool read_old() const { return read_old_; }
  const OrderId& met() const { return met_; }  // the order that another host is changing; or none

 private:
  Result<void> note(std::string_view name, const store::Rows& rows) {
    if (name == "orders.insert_predictions") {
      for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto& id = std::get<std::string>(rows.at(i, 1));
        const auto killer = store_.parts_.killers.find(id);
        if (killer == store_.parts_.killers.end() || killer->second == 0) continue;
        --killer->second;
        store_.parts_.engine.note("killed by a message", {id});
        store_.dead_ = true;
        return away("killed");
      }
    }
    const bool keyed_by_order = name == "orders.insert_orders" || name == "orders.update_orders" ||
                                name == "payments.insert_payments" ||
                                name == "payments.update_payments";
    if (!keyed_by_order) return {};
    if (name.ends_with(".update_orders") || name.ends_with(".update_payments")) {
      if (store_.meets()) {
        met_ = OrderId(std::get<std::string>(rows.at(rows.size() - 1, 0)));
        return fail(Code::conflict, "simulated: another host is changing it");
      }
    }
    wrote_orders_ = wrote_orders_ || name.starts_with("orders.");
    wrote_payments_ = wrote_payments_ || name.starts_with("payments.");
    for (std::size_t i = 0; i < rows.size(); ++i) {
      orders_.insert(std::get<std::string>(rows.at(i, 0)));
    }
    return {};
  }
  // What a service read before it wrote may be older than the store; its version check must notice.
  store::Statement old_or_new(const store::Statement& statement) {
    const bool first = (statement.name == "orders.load_orders" && !wrote_orders_) ||
                       (statement.name == "payments.load_payments" && !wrote_payments_);
    if (!first || !store_.load_old_.contains(std::string(statement.name))) return statement;
    read_old_ = true;
    return store_.old(statement);
  }

  HostStore& store_;
  store::Session& session_;
  std::set<std::string> orders_;
  bool wrote_orders_ = false;
  bool wrote_payments_ = false;
  bool read_old_ = false;
  OrderId met_;
};

void HostStore::keep_old() {
  const Result<void> kept = base_.transaction([](store::Session& session) -> Result<void> {
    for (const store::Statement& statement : kOld) {
      if (auto r = session.run(statement); !r) return fail(r.error());
    }
    return {};
  });
  check(kept.has_value(), "orders and payments can be copied");
}

bool HostStore::meets() {
  return meet_ && !undisturbed_ && load_old_.empty() &&
         parts_.engine.chance(kMeets * parts_.swarm.other_host_between);
}

// Orders and payments as they were before the other host's change are loaded next, or one of them.
void HostStore::met(const OrderId& order) {
  parts_.engine.note("another host is there first", {order.value});
  keep_old();
  meet_(order);
  const std::int64_t which = parts_.engine.between(0, 2);
  if (which != 1) load_old_.insert("orders.load_orders");
  if (which != 2) load_old_.insert("payments.load_payments");
}

// The statement that reads the copies.
store::Statement HostStore::old(const store::Statement& statement) {
  const auto [known, fresh] = old_texts_.try_emplace("simulate.old_" + std::string(statement.name));
  if (fresh) {
    known->second = statement.sql;
    replace(known->second, "orders_orders", "old_orders");
    replace(known->second, "payments_payments", "old_payments");
  }
  return {known->first, known->second, {}};
}

HostStore::Fate HostStore::draw_fate() {
  Engine& engine = parts_.engine;
  const Swarm& swarm = parts_.swarm;
  if (engine.chance(swarm.crash_before_commit)) return Fate::crash_before;
  if (engine.chance(swarm.crash_after_commit)) return Fate::crash_after;
  if (engine.chance(swarm.commit_unknown)) {
    return engine.chance(0.5) ? Fate::unknown_done : Fate::unknown_undone;
  }
  return Fate::commit;
}

Result<void> HostStore::transaction(const std::function<Result<void>(store::Session&)>& work) {
  if (dead_) return away("the process has ended");
  if (parts_.engine.chance(parts_.swarm.store_away)) return away("the store is away");
  const Fate fate = draw_fate();
  bool read_old = false;
  OrderId met_order;
  const Result<void> done = base_.transaction([&](store::Session& session) -> Result<void> {
    Tap tap(*this, session);
    const Result<void> worked = work(tap);
    read_old = tap.read_old();
    met_order = tap.met();
    if (!worked) return worked;
    if (dead_) return away("the process has ended");
    if (fate == Fate::crash_before || fate == Fate::unknown_undone) return away("not committed");
    parts_.rules.before_commit(session, tap.orders());
    return {};
  });
  if (read_old) load_old_.clear();  // whoever tries again finds what is there
  if (done) {
    parts_.rules.committed();
  } else {
    parts_.rules.not_committed();
  }
  if (!met_order.empty() && !dead_) {
    met(met_order);
    return done;
  }
  if (fate == Fate::unknown_undone && parts_.plants.has("a lost commit is taken for one")) {
    return {};
  }
  if (fate == Fate::crash_before || fate == Fate::crash_after) {
    parts_.engine.note(fate == Fate::crash_before ? "crash before the commit"
                                                  : "crash after the commit");
    dead_ = true;
    return away("the process has ended");
  }
  if (done && fate == Fate::unknown_done) return away("the commit's answer was lost");
  return done;
}

}  // namespace trayline::simulate
