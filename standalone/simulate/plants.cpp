#include "standalone/simulate/plants.hpp"

#include <algorithm>

#include "lib/base/check.hpp"

namespace trayline::simulate {
namespace {

// What a planted fault does to one statement: another text, or an answer without rows.
struct Spoiled {
  std::string_view plant;
  std::string_view statement;
  std::string_view from;  // of the text; empty: the answer is emptied
  std::string_view to;
};

constexpr Spoiled kSpoiled[] = {
    {"orders without version check", "orders.update_orders",
     " AND orders_orders.version = r.was_version", ""},
    {"payments without version check", "payments.update_payments",
     " AND payments_payments.revision = r.was_revision", ""},
    {"answers are forgotten", "host.claim_keys", "WHERE host_answers.answer = ''",
     "WHERE true OR host_answers.answer = ''"},
    {"predictions are forgotten", "orders.load_predictions", "", ""},
    {"visits are forgotten", "orders.load_visits", "", ""},
    {"screens are forgotten", "monitors.load_screens", "", ""},
    {"late predictions count", "orders.load_visits", "v.number", "0 AS number"},
    {"effects are not tried again", "host.insert_effects", ":lease_until, :now",
     ":lease_until + 99999999999, :now + 99999999999"},
    {"effects of a dead host are dropped", "host.release_effects", "SET owner = ''",
     "SET owner = 'nobody', lease_until_ms = 99999999999999"},
    {"effects fail once and are over", "host.repeat_effects", "next_try_ms = r.next_try_ms",
     "next_try_ms = r.next_try_ms + 99999999999"},
    {"timers are forgotten", "host.put_timers", "due_ms, body FROM",
     "due_ms + 99999999999, body FROM"},
    {"news are forgotten", "push.load_messages", "", ""},
};

}  // namespace

const std::vector<Plant>& all_plants() {
  static const std::vector<Plant> all{
      {"orders without version check", "ordering", "the version in update_orders", 273},
      {"payments without version check", "ordering", "the revision in update_payments", 33},
      {"late predictions count", "ordering", "the number of the visit", 7},
      {"screens take any version", "ordering", "the version that a screen has", 1},
      {"screens are forgotten", "ordering", "the version that monitors count on", 1},
      {"every message is new", "deduplication", "the inbox", 2},
      {"answers are forgotten", "deduplication", "the answer kept for an Idempotency-Key", 1},
      {"predictions are forgotten", "deduplication", "the prediction's stored answer", 2},
      {"visits are forgotten", "deduplication", "one order per visit", 5},
      {"news are forgotten", "deduplication", "one piece of news per order and state", 4},
      {"a new key for each try", "idempotency", "the provider's stable key", 2},
      {"effects leave before the commit", "idempotency", "commit before effect", 2},
      {"forget at the broker's receipt", "durability", "the cloud's own acknowledgement", 2},
      {"accepted before it is on disk", "durability", "the edge's commit before its answer", 3},
      {"unanswered predictions are not sent again", "durability", "the outbox's repeats", 2},
      {"acknowledged before the commit", "durability", "commit before acknowledgement", 2},
      {"a lost commit is taken for one", "durability", "the commit itself", 2},
      {"effects are not tried again", "durability", "the lease of an effect", 2},
      {"effects of a dead host are dropped", "durability", "taking over effects at start", 2},
      {"effects fail once and are over", "durability", "the repeat of a failed effect", 2},
      {"timers are forgotten", "time", "the expiry of orders", 1},
      {"visits vouched for after a restart", "time", "the doubt about a visit", 4},
      {"a lost answer is a refusal", "money", "unknown is not declined", 2},
      {"a lost answer is a success", "money", "unknown is not captured", 16},
  };
  return all;
}

store::Statement Plants::changed(const store::Statement& statement) const {
  if (planted_.empty()) return statement;
  for (const Spoiled& spoiled : kSpoiled) {
    if (spoiled.plant != planted_ || spoiled.statement != statement.name) continue;
    if (spoiled.from.empty()) return statement;
    const std::size_t at = statement.sql.find(spoiled.from);
    check(at != std::string_view::npos, "a plant changes a text that its statement has");
    text_ = std::string(statement.sql.substr(0, at)) + std::string(spoiled.to) +
            std::string(statement.sql.substr(at + spoiled.from.size()));
    name_ = "simulate.spoiled_" + std::string(statement.name);
    return {name_, text_, {}};
  }
  return statement;
}

void Plants::change_answer(std::string_view statement, const store::Rows& rows,
                           store::Answer& answer) const {
  if (planted_.empty()) return;
  if (has("every message is new") && statement == "host.insert_inbox") {
    const auto names =
        std::make_shared<const std::vector<std::string>>(std::vector<std::string>{"service", "id"});
    answer.clear();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      answer.emplace_back(names, std::vector<store::Value>{rows.at(i, 0), rows.at(i, 1)});
    }
  }
  const bool emptied = std::any_of(std::begin(kSpoiled), std::end(kSpoiled), [&](const auto& s) {
    return s.plant == planted_ && s.statement == statement && s.from.empty();
  });
  if (emptied) answer.clear();
}

std::vector<std::string> stale_plants(const std::vector<const store::Statement*>& statements) {
  std::vector<std::string> stale;
  for (const Spoiled& spoiled : kSpoiled) {
    const bool has = std::any_of(statements.begin(), statements.end(), [&](const auto* s) {
      return s->name == spoiled.statement && s->sql.find(spoiled.from) != std::string_view::npos;
    });
    if (!has) stale.emplace_back(spoiled.plant);
  }
  return stale;
}

bool Plants::is_known(std::string_view name) {
  return std::any_of(all_plants().begin(), all_plants().end(),
                     [&](const Plant& plant) { return plant.name == name; });
}

}  // namespace trayline::simulate
