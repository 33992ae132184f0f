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
};
constexpr std::size_t table_count = 10;
// "customers" ...; stable, it is written to the journal.
std::string_view to_string(Table table);
bool parse_table(std::string_view name, Table& out);

// The object with this id is now this value.
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

  // Open holds as (deadline in unix seconds, intent), earliest first.
  const std::set<std::pair<std::int64_t, std::string>>& holds() const { return holds_; }

 private:
  struct Rows {
    std::unordered_map<std::string, Json> by_id;
    std::deque<std::string> order;
  };
  const Rows& rows(Table table) const { return tables_[static_cast<std::size_t>(table)]; }
  void track_hold(const Json* before, const std::string& id, const Json& after);

  std::array<Rows, table_count> tables_;
  std::set<std::pair<std::int64_t, std::string>> holds_;
};

// The state seen by one call: what it wrote so far over what was there.
class Work {
 public:
  explicit Work(const State& state) : state_(state) {}
  const Json* find(Table table, const std::string& id) const;
  // The id is the object's own.
  void put(Table table, Json object);
  void put(Table table, std::string id, Json value);
  const State& state() const { return state_; }
  std::vector<Change> take() { return std::move(changes_); }

 private:
  const State& state_;
  std::vector<Change> changes_;
};

}  // namespace trayline::stripe_sim
