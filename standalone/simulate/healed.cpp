// What must be so once everything has healed.
#include <fmt/format.h>

#include "cloud/orders/transitions.hpp"
#include "cloud/payments/audit.hpp"
#include "lib/base/encoding.hpp"
#include "sim/stripe/account.hpp"
#include "standalone/simulate/rules.hpp"

namespace trayline::simulate {
namespace {

using Problem = std::optional<std::string>;

constexpr store::Statement kAllOrders{
    "simulate.all_orders",
    "SELECT o.id, o.state, o.total_minor, o.captured_minor AS told_minor, o.refunded_minor,"
    " p.state AS payment, p.captured_minor, p.refunded_minor AS paid_back, p.refunding_minor,"
    " (SELECT SUM(CASE WHEN l.debit LIKE 'provider:%' THEN l.amount_minor"
    "              WHEN l.credit LIKE 'provider:%' THEN -l.amount_minor END)"
    "  FROM payments_ledger l WHERE l.order_id = o.id) AS booked,"
    " (SELECT SUM(c.received_minor) FROM payments_counter c WHERE c.order_id = o.id) AS cash,"
    " (SELECT SUM(r.amount_minor) FROM payments_counter_refunds r"
    "  JOIN payments_counter c ON c.id = r.id WHERE c.order_id = o.id) AS cash_back,"
    " (SELECT COUNT(*) FROM orders_history h"
    "  WHERE h.order_id = o.id AND h.state = 'basket') AS basket "
    "FROM orders_orders o LEFT JOIN payments_payments p ON p.order_id = o.id ORDER BY o.id",
    {}};
constexpr store::Statement kNumbers{
    "simulate.numbers",
    "SELECT number FROM orders_orders GROUP BY site, number HAVING COUNT(*) > 1",
    {}};
constexpr store::Statement kStocks{
    "simulate.stocks",
    "SELECT i.sku, i.stock,"
    " (SELECT SUM(l.quantity) FROM orders_lines l JOIN orders_orders o ON o.id = l.order_id"
    "  WHERE l.sku = i.sku AND o.state IN ('paid', 'refunded')) AS sold "
    "FROM catalogue_items i WHERE i.stock IS NOT NULL",
    {}};
constexpr store::Statement kAttempts{
    "simulate.attempts", "SELECT order_id, attempts FROM payments_payments", {}};
constexpr store::Statement kOutbox{
    "simulate.outbox",
    "SELECT kind, key, tries, last_error FROM host_outbox ORDER BY id LIMIT 1",
    {}};
constexpr store::Statement kDeadLetters{
    "simulate.dead_letters", "SELECT service, reason, payload FROM host_dead_letters", {}};
constexpr store::Statement kPredictions{
    "simulate.predictions",
    "SELECT p.core, p.id, CASE WHEN p.order_id <> '' AND o.id IS NULL THEN p.order_id ELSE '' END "
    "AS missing FROM orders_predictions p LEFT JOIN orders_orders o ON o.id = p.order_id",
    {}};
constexpr store::Statement kScreens{
    "simulate.screens", "SELECT core, screen, version, state, painted FROM monitors_screens", {}};
constexpr store::Statement kHistory{"simulate.history",
                                    "SELECT DISTINCT h.order_id, h.state FROM orders_history h"
                                    " JOIN orders_orders o ON o.id = h.order_id"
                                    " WHERE h.event <> 'hold_too_small' AND o.user_id <> ''",
                                    {}};

// States that are news to the customer.
const std::set<std::string> kNews{"authorised", "action_required", "declined", "mismatch", "review",
                                  "paid",       "cancelled",       "expired",  "refunded"};

std::string screen_word(const std::string& state) {
  if (state == "paid") return "paid";
  if (state == "cancelled" || state == "expired" || state == "refunded") return "cancelled";
  return "";
}

// A dead letter's payload; of what could not be read it keeps the bytes.
std::string plain(const std::string& payload) {
  constexpr std::string_view kBytes = "base64:";
  if (!payload.starts_with(kBytes)) return payload;
  const Result<Bytes> bytes = from_base64(std::string_view(payload).substr(kBytes.size()));
  return bytes ? std::string(as_text(*bytes)) : payload;
}

// What the provider gave back, by order.
std::map<std::string, std::int64_t> paid_back(const stripe_sim::State& provider) {
  std::map<std::string, std::int64_t> all;
  for (const std::string& id : provider.ids(stripe_sim::Table::charges)) {
    const Json* charge = provider.find(stripe_sim::Table::charges, id);
    const Json* order = charge->at("metadata", "order_id");
    // A hold that is given back counts as refunded there.
    if (order == nullptr || charge->int_at("amount_captured") == 0) continue;
    all[*order->as_string()] += charge->int_at("amount_refunded");
  }
  return all;
}

}  // namespace

store::Answer Rules::read(const store::Statement& statement) {
  Result<store::Answer> rows = reader_->run(statement);
  if (!rows) throw Violation("readable", rows.error().detail);
  return std::move(*rows);
}

Problem Rules::unfinished(const Outside& outside) {
  if (Problem p = unfinished_trays(outside)) return p;
  if (Problem p = unfinished_orders(outside)) return p;
  if (Problem p = unfinished_money(outside)) return p;
  if (Problem p = unfinished_stock()) return p;
  if (Problem p = unfinished_screens()) return p;
  return unfinished_news();
}

namespace {

// What became of one order's money, as orders, payments, the ledger, the provider and the counter
// have it.
Problem money_of(const store::Row& row, std::vector<std::int64_t> taken, std::int64_t refunds) {
  const std::string& state = row.text("state");
  const bool charged = state == "paid" || state == "refunded";
  const std::int64_t due = charged ? row.integer("total_minor") : 0;
  if (row.integer("cash") != 0) taken.push_back(row.integer("cash"));
  refunds += row.integer("cash_back");
  std::int64_t sum = 0;
  for (const std::int64_t minor : taken) sum += minor;
  if (taken.size() > 1 || sum != due) {
    return fmt::format(
        "paid exactly when money moved once: order {} is {} over {}, the provider took {} in {} "
        "charges",
        row.text("id"), state, row.integer("total_minor"), sum, taken.size());
  }
  const std::int64_t back = row.integer("refunded_minor");
  if (row.integer("paid_back") != back || row.integer("refunding_minor") != 0 || refunds != back ||
      back > due || (state == "refunded") != (charged && back == due)) {
    return fmt::format(
        "paid back = asked = the provider's: order {} is {} over {}, {} back, payment {} and {} "
        "under way, the provider {}",
        row.text("id"), state, due, back, row.integer("paid_back"), row.integer("refunding_minor"),
        refunds);
  }
  if (row.integer("booked") != due - back || row.integer("captured_minor") != due ||
      row.integer("told_minor") != due) {
    return fmt::format(
        "amount = charge = ledger: order {} is {} over {}, told {}, booked {}, payment {}",
        row.text("id"), state, due, row.integer("told_minor"), row.integer("booked"),
        row.integer("captured_minor"));
  }
  return std::nullopt;
}

}  // namespace

Problem Rules::unfinished_orders(const Outside& outside) {
  std::map<std::string, std::vector<std::int64_t>> charges;
  const Json books = stripe_sim::ledger(outside.provider);
  for (const Json& charge : *books.at("charges")->as_array()) {
    charges[charge.text_at("order")].push_back(charge.int_at("captured"));
  }
  std::map<std::string, std::int64_t> refunds = paid_back(outside.provider);
  std::map<std::string, std::string> states;
  std::size_t baskets = 0;
  for (const store::Row& row : read(kAllOrders)) {
    const std::string& id = row.text("id");
    const std::string& state = row.text("state");
    states[id] = state;
    if (row.integer("basket") > 0) ++baskets;
    if (state != "paid" && !orders::is_terminal(*enum_value<wire::orders::State>(state))) {
      return fmt::format("every order ends: {} is {} (payment {})", id, state, row.text("payment"));
    }
    if (Problem p = money_of(row, std::exchange(charges[id], {}), refunds[id])) return p;
    charges.erase(id);
  }
  if (!charges.empty()) {
    return "paid exactly when money moved once: a charge for an unknown order " +
           charges.begin()->first;
  }
  for (const auto& [wish, order] : order_of_wish_) {
    if (!states.contains(order)) return "an answered order is kept: " + order;
  }
  for (const store::Row& row : read(kNumbers)) {
    return "a number is one order's: " + row.text("number");
  }
  if (states.size() - baskets > wishes_.size()) {
    return fmt::format("one order per wish: {} wishes became {} orders", wishes_.size(),
                       states.size() - baskets);
  }
  return std::nullopt;
}

// What is left and what was sold is what was counted. Below nothing goes only what stood on trays:
// baskets and settlements.
Problem Rules::unfinished_stock() {
  if (counted_.empty()) return std::nullopt;
  for (const store::Row& row : read(kStocks)) {
    const std::int64_t left = row.integer("stock");
    const std::int64_t sold = row.integer("sold");
    const std::int64_t had = counted_[row.text("sku")];
    if (left + sold == had && (left >= 0 || below_nothing_)) continue;
    return fmt::format("stock comes back once: of {} {} were sold {}, and {} are left", had,
                       row.text("sku"), sold, left);
  }
  return std::nullopt;
}

Problem Rules::unfinished_money(const Outside& outside) {
  const Result<payments::Books> ours = payments::load_books(*reader_);
  if (!ours) throw Violation("readable", ours.error().detail);
  for (const payments::Finding& finding : payments::audit(*ours).findings) {
    return "the books are sound: " + finding.words;
  }
  for (const store::Row& row : read(kOutbox)) {
    return fmt::format("the outbox drains: {} {} after {} tries: {}", row.text("kind"),
                       row.text("key"), row.integer("tries"), row.text("last_error"));
  }
  if (!outside.forgetful) {
    std::map<std::string, std::int64_t> intents;
    for (const std::string& id : outside.provider.ids(stripe_sim::Table::intents)) {
      const Json* intent = outside.provider.find(stripe_sim::Table::intents, id);
      if (const Json* order = intent->at("metadata", "order_id")) ++intents[*order->as_string()];
    }
    for (const store::Row& row : read(kAttempts)) {
      const std::int64_t made = intents[row.text("order_id")];
      if (made > row.integer("attempts")) {
        return fmt::format("one intent per attempt: {} of order {} in {} attempts", made,
                           row.text("order_id"), row.integer("attempts"));
      }
    }
  }
  for (const auto& [deadline, intent] : outside.provider.holds()) {
    return "holds of ended orders are given back: " + intent;
  }
  return std::nullopt;
}

Problem Rules::unfinished_trays(const Outside& outside) {
  for (const auto& [core, totals] : outside.outboxes) {
    const std::int64_t rows = totals.of(agent::Class::critical).rows;
    if (rows != 0) return fmt::format("the edge's outbox drains: {} has {} rows", core.value, rows);
    if (totals.stored != totals.acked + totals.quarantined ||
        totals.stored < accepted_by_core_[core]) {
      return fmt::format(
          "conservation: core {} accepted {}, stored {}, acknowledged {}, "
          "quarantined {}",
          core.value, accepted_by_core_[core], totals.stored, totals.acked, totals.quarantined);
    }
  }
  std::set<std::string> kept;
  for (const store::Row& row : read(kPredictions)) {
    kept.insert(row.text("id"));
    if (!row.text("missing").empty()) {
      return fmt::format("every prediction has a fate: there is no order {} of {}",
                         row.text("missing"), row.text("id"));
    }
  }
  std::string letters;
  for (const store::Row& row : read(kDeadLetters)) {
    const std::string& reason = row.text("reason");
    letters += plain(row.text("payload"));
    const bool expected = row.text("service") == "camera/predictions" ||
                          reason.find("ended the process three times") != std::string::npos;
    if (!expected) {
      return fmt::format("dead letters are for what is broken: {}: {} {}", row.text("service"),
                         reason, row.text("payload").substr(0, 200));
    }
  }
  for (const auto& [id, core] : accepted_) {
    if (kept.contains(id)) continue;
    const auto look = looks_.find(id);
    if (look != looks_.end() && look->second.readable) {
      return fmt::format("no accepted prediction is lost: {} of {}", id, core);
    }
    if (letters.find(id) == std::string::npos) {
      return fmt::format("what cannot be read is kept for a person: {} of {}", id, core);
    }
  }
  return std::nullopt;
}

Problem Rules::unfinished_screens() {
  for (const store::Row& row : read(kScreens)) {
    const CoreId core(row.text("core"));
    const ScreenId screen(row.text("screen"));
    const auto shown = screens_.find({core, screen});
    const Result<wire::ScreenState> state = from_json_text<wire::ScreenState>(row.text("state"));
    if (!state) return "a screen's state cannot be read";
    const std::string name = core.value + "/" + screen.value;
    if (shown == screens_.end() || shown->second.version != row.integer("version")) {
      return fmt::format("screens end right: {} shows version {}, wanted is {}", name,
                         shown == screens_.end() ? 0 : shown->second.version,
                         row.integer("version"));
    }
    if (row.optional_integer("painted") != row.integer("version")) {
      return fmt::format("screens end right: {} painted {}, the cloud knows {}", name,
                         row.integer("version"), row.integer("painted"));
    }
    if (shown->second.status != state->status || shown->second.order != state->order) {
      return fmt::format("screens end right: {} shows {} for order {}, the cloud thinks {} for {}",
                         name, shown->second.status, shown->second.order.value_or(OrderId()).value,
                         state->status, state->order.value_or(OrderId()).value);
    }
    if (!state->order || !state->station) continue;
    const auto order = seen_.find(state->order->value);
    // Of an order whose tray stood elsewhere later, this screen keeps what it saw.
    if (order != seen_.end() &&
        (order->second.core != core.value || order->second.station != state->station->value)) {
      continue;
    }
    const std::string wanted = order == seen_.end() ? "nothing" : screen_word(order->second.state);
    if (state->status != wanted) {
      return fmt::format("screens end right: {} shows {} for order {}, which is {}", name,
                         state->status, state->order->value,
                         order == seen_.end() ? "unknown" : order->second.state);
    }
  }
  return std::nullopt;
}

Problem Rules::unfinished_news() {
  for (const store::Row& row : read(kHistory)) {
    const std::string& state = row.text("state");
    if (kNews.contains(state) && !news_.contains({row.text("order_id"), state})) {
      return fmt::format("news arrive: {} of order {}", state, row.text("order_id"));
    }
  }
  return std::nullopt;
}

}  // namespace trayline::simulate
