// What is watched while it happens.
#include "standalone/simulate/rules.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "lib/base/check.hpp"

namespace trayline::simulate {
namespace {

// Reads several services' tables on purpose: it judges them together.
constexpr store::Statement kLookAtOrders{
    "simulate.look_at_orders",
    "SELECT o.id, o.state, o.user_id, o.version, o.total_minor, o.core, o.station, o.visit,"
    " o.prediction, v.number AS visit_number, v.order_id AS visit_order, p.state AS payment,"
    " p.intent_id AS intent, p.raising, p.hold_minor, p.captured_minor "
    "FROM @rows(id text) AS r JOIN orders_orders o ON o.id = r.id "
    "LEFT JOIN orders_visits v ON v.core = o.core AND v.station = o.station AND v.visit = o.visit "
    "LEFT JOIN payments_payments p ON p.order_id = o.id",
    {}};
constexpr store::Statement kLookForPrediction{
    "simulate.look_for_prediction",
    "SELECT id FROM orders_predictions WHERE core = :core AND id = :id",
    {}};
constexpr store::Statement kDecided{
    "simulate.decided",
    "SELECT COUNT(*) AS steps FROM orders_history WHERE order_id = :order"
    " AND event IN ('settle', 'raise_asked') AND who = 'staff:till'",
    {}};
constexpr store::Statement kLinesOf{
    "simulate.lines_of", "SELECT sku, quantity FROM orders_lines WHERE order_id = :order", {}};

constexpr int kRepaintsMost = 40;

bool is_ended(const std::string& state) {
  return state == "cancelled" || state == "expired" || state == "refunded";
}
bool is_charging(const std::string& state) { return state == "capturing" || state == "paid"; }

}  // namespace

Rules::Rules(Engine& engine, store::Store& store) : engine_(engine) {
  Result<std::unique_ptr<store::Session>> reader = store.reader();
  check(reader.has_value(), "the store has a reader");
  reader_ = std::move(*reader);
}

Seen Rules::seen_from(const store::Row& row) const {
  Seen seen;
  seen.state = row.text("state");
  seen.user = row.text("user_id");
  seen.version = row.integer("version");
  seen.total_minor = row.integer("total_minor");
  seen.core = row.text("core");
  seen.station = row.text("station");
  seen.visit = row.text("visit");
  seen.prediction = row.text("prediction");
  seen.visit_number = row.integer("visit_number");
  seen.visit_order = row.text("visit_order");
  seen.payment = row.text("payment");
  seen.intent = row.text("intent");
  seen.raising = row.text("raising");
  seen.hold_minor = row.integer("hold_minor");
  seen.captured_minor = row.integer("captured_minor");
  return seen;
}

std::map<std::string, Seen> Rules::look_at(store::Session& session,
                                           const std::set<std::string>& orders) {
  std::map<std::string, Seen> all;
  store::Rows rows(1);
  for (const std::string& order : orders) rows.add(order);
  const Result<store::Answer> found = session.run(kLookAtOrders, rows);
  if (!found) throw Violation("readable", found.error().detail);
  for (const store::Row& row : *found) all[row.text("id")] = seen_from(row);
  return all;
}

Seen Rules::now(const OrderId& order) {
  const auto found = look_at(*reader_, {order.value});
  if (found.empty()) throw Violation("known order", order.value + " is not in the store");
  return found.begin()->second;
}

void Rules::before_commit(store::Session& session, const std::set<std::string>& orders) {
  pending_ = orders.empty() ? std::map<std::string, Seen>() : look_at(session, orders);
}

void Rules::handled(std::string_view service, const std::string& id) {
  if (!id.empty()) handling_.insert(std::string(service) + " " + id);
}

void Rules::committed() {
  for (const std::string& message : std::exchange(handling_, {})) {
    if (!handled_.insert(message).second) throw Violation("a message is handled once", message);
  }
  for (auto& [order, after] : std::exchange(pending_, {})) {
    const auto [known, fresh] = seen_.try_emplace(order, after);
    if (fresh || known->second.state != after.state) {
      engine_.note("order", {order, after.state, after.payment});
    }
    if (!fresh) compare(order, known->second, after);
    if (!after.visit_order.empty()) {
      std::int64_t& number = visits_[after.core + " " + after.station + " " + after.visit];
      if (after.visit_number < number) {
        throw Violation("a late tray changes nothing",
                        fmt::format("visit {} went from number {} to {}", after.visit, number,
                                    after.visit_number));
      }
      number = after.visit_number;
    }
    const bool begins = is_charging(after.state) && (fresh || !is_charging(known->second.state));
    if (begins) judge_tray(order, after);
    if (!after.raising.empty()) raisings_[order].insert(after.raising);
    known->second = std::move(after);
  }
}

void Rules::compare(const std::string& order, const Seen& before, const Seen& after) {
  const std::string step =
      fmt::format("order {} went from {} (version {}) to {} (version {})", order, before.state,
                  before.version, after.state, after.version);
  if (after.version < before.version) throw Violation("versions rise", step);
  if (before.state != after.state && after.version == before.version) {
    throw Violation("versions rise", step);
  }
  // Money that came back to us (docs/decisions, 8).
  const bool back = before.state == "refunded" && after.state == "paid";
  if (is_ended(before.state) && after.state != before.state && !back) {
    throw Violation("terminal states absorb", step);
  }
  if (before.state == "paid" && after.state != "paid" && after.state != "refunded") {
    throw Violation("paid leads to refunded only", step);
  }
}

// The order's code, or its customer's own, lay on this tray or on an earlier one of the visit; or
// its customer took the basket that the tray was.
bool Rules::was_there(const std::string& order, const Seen& seen, const Look& look) const {
  const auto basket = bindings_.find(order);
  if (basket != bindings_.end() && basket->second.contains(seen.user)) return true;
  for (const auto& [id, other] : looks_) {
    if (other.visit != look.visit || other.number > look.number) continue;
    for (const OrderId& code : other.codes) {
      if (code.value == order) return true;
    }
    for (const UserId& customer : other.customers) {
      if (customer.value == seen.user) return true;
    }
  }
  return false;
}

// Staff said what it is, and that stands in the order's history.
bool Rules::staff_decided(const std::string& order) {
  if (!decided_.contains(order)) return false;
  const Result<store::Answer> steps = reader_->run(kDecided, {{"order", order}});
  if (!steps) throw Violation("readable", steps.error().detail);
  return steps->at(0).integer("steps") > 0;
}

// Whoever is charged stood before the camera with exactly what was ordered, and it had no doubt.
void Rules::judge_tray(const std::string& order, const Seen& seen) {
  if (staff_decided(order)) return;
  const auto refuse = [&](const std::string& why) {
    throw Violation("nobody is charged for an unsure tray",
                    fmt::format("order {} is {} for prediction {}: {}", order, seen.state,
                                seen.prediction, why));
  };
  const auto found = looks_.find(seen.prediction);
  if (found == looks_.end()) refuse("nobody made it");
  const Look& look = found->second;
  if (!look.sure) refuse("the camera was not sure");
  std::map<Sku, std::int64_t> ordered;
  const Result<store::Answer> lines = reader_->run(kLinesOf, {{"order", order}});
  if (!lines) throw Violation("readable", lines.error().detail);
  for (const store::Row& row : *lines) ordered[Sku(row.text("sku"))] += row.integer("quantity");
  if (ordered != look.items) refuse("the tray held something else");
  if (seen.visit != look.visit.value || seen.core != look.core.value) refuse("of another visit");
  if (seen.visit_order != order) refuse("the visit is of order '" + seen.visit_order + "'");
  if (seen.visit_number != look.number) {
    refuse(fmt::format("number {}, and {} was seen", look.number, seen.visit_number));
  }
  if (!was_there(order, seen, look)) refuse("its code was never there");
  for (const auto& [id, other] : seen_) {
    if (id != order && is_charging(other.state) && other.visit == seen.visit &&
        other.core == seen.core && !decided_.contains(id)) {
      throw Violation(
          "one order per visit",
          fmt::format("orders {} and {} are charged for visit {}", id, order, seen.visit));
    }
  }
}

void Rules::accepted(const CoreId& core, const PredictionId& id) {
  accepted_[id.value] = core.value;
  ++accepted_by_core_[core];
}

void Rules::acknowledged(const CoreId& core, const wire::Ack& ack) {
  const std::string id = ack.prediction ? ack.prediction->value : "";
  if (ack.result == wire::AckResult::refused) {
    const auto look = looks_.find(id);
    if (look != looks_.end() && look->second.readable) {
      throw Violation("good predictions are accepted",
                      fmt::format("{} was refused: {}", id, ack.reason));
    }
    return;
  }
  const auto rows = reader_->run(kLookForPrediction, {{"core", core.value}, {"id", id}});
  if (!rows) throw Violation("readable", rows.error().detail);
  if (rows->empty()) {
    throw Violation("acknowledged after the commit", id + " is acknowledged and not in the store");
  }
}

void Rules::wished(const std::string& attempt, std::map<Sku, std::int64_t> items) {
  wishes_[attempt] = std::move(items);
}

void Rules::placed(const std::string& attempt, const OrderId& order) {
  const auto [known, fresh] = order_of_wish_.try_emplace(attempt, order.value);
  if (known->second != order.value) {
    throw Violation("one order per wish",
                    fmt::format("{} became orders {} and {}", attempt, known->second, order.value));
  }
  now(order);
}

void Rules::refund_taken(const std::string& attempt, const std::string& refund) {
  const auto [known, fresh] = refund_of_wish_.try_emplace(attempt, refund);
  if (known->second == refund && !refund.empty()) return;
  throw Violation("one refund per wish",
                  fmt::format("{} became refunds {} and {}", attempt, known->second, refund));
}

void Rules::changed(const OrderId& order, std::int64_t read, std::int64_t answered) {
  if (answered == read || answered == read + 1) return;
  throw Violation("what was read is what is changed",
                  fmt::format("order {} was read under version {}, and the change made it {}",
                              order.value, read, answered));
}

void Rules::cancelled(const OrderId& order, const std::string& state) {
  if (is_ended(state)) return;
  throw Violation("who cancels is told what is so", order.value + " is " + state);
}

void Rules::binds(const OrderId& order, const UserId& user) {
  bindings_[order.value].insert(user.value);
}

void Rules::bound(const OrderId& order, const UserId& user) {
  const auto [known, fresh] = bound_.try_emplace(order.value, user.value);
  if (known->second == user.value && now(order).user == user.value) return;
  throw Violation("a basket is one customer's",
                  fmt::format("{} was told to be {}'s and {}'s, and is {}'s", order.value,
                              known->second, user.value, now(order).user));
}

void Rules::sold_out(const std::string& attempt, const std::map<Sku, std::int64_t>& items) {
  for (const auto& [sku, n] : items) {
    if (counted_.contains(sku.value)) return;
  }
  throw Violation("what is not counted is not sold out", attempt);
}

void Rules::confirming(const OrderId& order, const std::string& intent) {
  const Seen seen = now(order);
  // Another intent that takes the place of a hold that does not grow; also one whose order was
  // cancelled while this was under way.
  const auto names = [quoted = '"' + intent + '"'](const std::string& raising) {
    return raising.find(quoted) != std::string::npos;
  };
  const std::set<std::string>& before = raisings_[order.value];
  if (seen.intent == intent || names(seen.raising) ||
      std::any_of(before.begin(), before.end(), names))
    return;
  throw Violation(
      "an intent's id is committed before it is confirmed",
      fmt::format("{} of order {}; the store has '{}'", intent, order.value, seen.intent));
}

void Rules::canceling(const OrderId& order, const std::string& intent) {
  const Seen seen = now(order);
  if (!is_charging(seen.state) || seen.intent != intent) return;
  throw Violation("a hold that is being charged is not given back",
                  fmt::format("order {} is {}", order.value, seen.state));
}

void Rules::captured(const OrderId& order, std::int64_t minor, std::int64_t hold_minor) {
  const auto [known, fresh] = charged_.try_emplace(order.value, minor);
  const auto refuse = [&](std::string_view invariant, const std::string& what) {
    throw Violation(invariant, fmt::format("order {}: {}", order.value, what));
  };
  if (!fresh) refuse("charged at most once", fmt::format("{} and {}", known->second, minor));
  if (minor > hold_minor) refuse("captured <= hold", fmt::format("{} of {}", minor, hold_minor));
  const Seen seen = now(order);
  if (!is_charging(seen.state)) {
    refuse("money moves only for what was committed",
           fmt::format("charged {} while it is {}", minor, seen.state));
  }
  if (minor != seen.total_minor) {
    refuse("captured = total", fmt::format("{} of {}", minor, seen.total_minor));
  }
}

void Rules::news(const OrderId& order, const std::string& status, const std::string& key) {
  const auto [known, fresh] = news_.try_emplace({order.value, status}, key);
  if (fresh || known->second == key) return;
  throw Violation("one piece of news per order and state",
                  fmt::format("order {}, {}: under the keys {} and {}", order.value, status,
                              known->second, key));
}

void Rules::painted(const CoreId& core, const wire::ScreenState& state) {
  const auto [known, fresh] = screens_.try_emplace({core, state.screen}, state);
  if (fresh) return;
  wire::ScreenState& before = known->second;
  const std::string step =
      fmt::format("{}/{} showed {} under version {}, then {} under {}", core.value,
                  state.screen.value, before.status, before.version, state.status, state.version);
  if (state.version < before.version) throw Violation("screens never go backwards", step);
  if (state.version == before.version && !(state == before)) {
    throw Violation("one state per version", step);
  }
  // Only an empty screen that was forgotten has nothing to say.
  if (before.status != "idle" && state.status == "idle") {
    throw Violation("screens remember", step);
  }
  wire::ScreenState same = state;
  same.version = before.version;
  same.since_ms = before.since_ms;
  int& repainted = repainted_[{core, state.screen}];
  repainted = state.version > before.version && same == before ? repainted + 1 : 0;
  if (repainted > kRepaintsMost) throw Violation("screens come to rest", step);
  before = state;
}

}  // namespace trayline::simulate
