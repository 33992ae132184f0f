// The simulator's whole state as a value: tables of Stripe objects and the changes that fold into
// it. The same apply() serves a call and the replay of the journal. Members that begin with '_'
// are the simulator's own and never leave it. Thread-compatible.
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "lib/base/json.hpp"
#include "sim/stripe/books.hpp"

namespace trayline::stripe_sim {

enum class Table {
  customers,
  ephemeral_keys,
  methods,
  setups,
  intents,
  charges,
  refunds,
  endpoints,
  events,
  saved,  // replies by idempotency key
  disputes,
  deliveries,  // an event that an endpoint took: no row, it counts the event's pending_webhooks
               // down
  settings,    // the simulator's own: "clock" {shift_ms}
};
constexpr std::size_t table_count = 13;
// "customers" ...; stable, it is written to the journal.
std::string_view to_string(Table table);
bool parse_table(std::string_view name, Table& out);

// The object with this id is now this value. A deleted object stays, with "deleted":true.
struct Change {
  Table table = Table::customers;
  std::string id;
  Json value;
};

class State {
 public:
  // Objects beyond it are refused by the account.
  static constexpr std::size_t objects_max = 2'000'000;
  // Older events are forgotten.
  static constexpr std::size_t events_max = 10'000;

  const Json* find(Table table, const std::string& id) const;
  // In order of creation.
  const std::deque<std::string>& ids(Table table) const { return rows(table).order; }
  std::size_t size() const;
  void apply(Change change);

  // Where an object stands in the order of its table; numbers only grow. 0 where it is not there.
  std::uint64_t number(Table table, const std::string& id) const;
  // The numbers of the oldest and the newest object are first and first + ids().size() - 1.
  std::uint64_t first_number(Table table) const { return rows(table).first; }
  // The numbers of the objects whose group_of(table) was this at some time, ascending; null where
  // there are none.
  const std::vector<std::uint64_t>* numbers_of(Table table, const std::string& group) const;

  // Open holds as (deadline in unix seconds, intent), earliest first.
  const std::set<std::pair<std::int64_t, std::string>>& holds() const { return holds_; }
  // Refunds on their way, likewise as (time of arrival, refund).
  const std::set<std::pair<std::int64_t, std::string>>& refunds_due() const { return due_; }
  const Books& books() const { return books_; }

 private:
  struct Row {
    Json value;
    std::uint64_t number = 0;
  };
  struct Rows {
    std::unordered_map<std::string, Row> by_id;
    std::deque<std::string> order;
    std::uint64_t first = 1;
    std::unordered_map<std::string, std::vector<std::uint64_t>> groups;
  };
  const Rows& rows(Table table) const { return tables_[static_cast<std::size_t>(table)]; }
  void track(Table table, const std::string& id, const Json* before, const Json& after);
  void count_delivery(const std::string& event);

  std::array<Rows, table_count> tables_;
  std::set<std::pair<std::int64_t, std::string>> holds_;
  std::set<std::pair<std::int64_t, std::string>> due_;
  Books books_;
};

// The member by which objects of this table are found fast ("customer"); empty: none.
std::string_view group_of(Table table);

// The state seen by one call: what it wrote so far over what was there.
class Work {
 public:
  explicit Work(const State& state) : state_(state) {}
  const Json* find(Table table, const std::string& id) const;
  // The same, null for what was deleted.
  const Json* find_live(Table table, const std::string& id) const;
  // The id is the object's own.
  void put(Table table, Json object);
  void put(Table table, std::string id, Json value);
  const State& state() const { return state_; }
  std::vector<Change> take() { return std::move(changes_); }

 private:
  const State& state_;
  std::vector<Change> changes_;
};

// True for an object that was deleted.
bool is_deleted(const Json& object);

}  // namespace trayline::stripe_sim
