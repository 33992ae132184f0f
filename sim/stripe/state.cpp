#include "sim/stripe/state.hpp"

#include <algorithm>

namespace trayline::stripe_sim {
namespace {

constexpr std::array<std::string_view, table_count> names{
    "customers", "ephemeral_keys", "methods",   "setups", "intents",
    "charges",   "refunds",        "endpoints", "events", "saved"};

}  // namespace

std::string_view to_string(Table table) { return names[static_cast<std::size_t>(table)]; }

bool parse_table(std::string_view name, Table& out) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return false;
  out = static_cast<Table>(found - names.begin());
  return true;
}

const Json* State::find(Table table, const std::string& id) const {
  const auto& by_id = rows(table).by_id;
  const auto found = by_id.find(id);
  return found == by_id.end() ? nullptr : &found->second;
}

std::size_t State::size() const {
  std::size_t all = 0;
  for (const Rows& rows : tables_) all += rows.by_id.size();
  return all;
}

void State::track_hold(const Json* before, const std::string& id, const Json& after) {
  if (before != nullptr) holds_.erase({before->int_at("_capture_before"), id});
  if (after.text_at("status") == "requires_capture") {
    holds_.emplace(after.int_at("_capture_before"), id);
  }
}

void State::apply(Change change) {
  Rows& rows = tables_[static_cast<std::size_t>(change.table)];
  const auto [slot, fresh] = rows.by_id.try_emplace(change.id);
  if (change.table == Table::intents) {
    track_hold(fresh ? nullptr : &slot->second, change.id, change.value);
  }
  slot->second = std::move(change.value);
  if (fresh) rows.order.push_back(change.id);
  if (change.table == Table::events && rows.order.size() > events_max) {
    rows.by_id.erase(rows.order.front());
    rows.order.pop_front();
  }
}

const Json* Work::find(Table table, const std::string& id) const {
  const auto written = std::find_if(changes_.rbegin(), changes_.rend(), [&](const Change& change) {
    return change.table == table && change.id == id;
  });
  return written != changes_.rend() ? &written->value : state_.find(table, id);
}

void Work::put(Table table, Json object) {
  std::string id = object.text_at("id");
  put(table, std::move(id), std::move(object));
}

void Work::put(Table table, std::string id, Json value) {
  changes_.push_back({table, std::move(id), std::move(value)});
}

}  // namespace trayline::stripe_sim
