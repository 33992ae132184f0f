#include "sim/stripe/state.hpp"

#include <algorithm>

namespace trayline::stripe_sim {
namespace {

constexpr std::array<std::string_view, table_count> names{
    "customers", "ephemeral_keys", "methods", "setups",   "intents",    "charges", "refunds",
    "endpoints", "events",         "saved",   "disputes", "deliveries", "settings"};

}  // namespace

std::string_view to_string(Table table) { return names[static_cast<std::size_t>(table)]; }

bool parse_table(std::string_view name, Table& out) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return false;
  out = static_cast<Table>(found - names.begin());
  return true;
}

std::string_view group_of(Table table) {
  switch (table) {
    case Table::methods:
    case Table::setups:
    case Table::intents:
    case Table::charges:
      return "customer";
    case Table::refunds:
      return "charge";
    default:
      return "";
  }
}

bool is_deleted(const Json& object) {
  const Json* deleted = object.at("deleted");
  return deleted != nullptr && deleted->as_bool() != nullptr && *deleted->as_bool();
}

const Json* State::find(Table table, const std::string& id) const {
  const auto& by_id = rows(table).by_id;
  const auto found = by_id.find(id);
  return found == by_id.end() ? nullptr : &found->second.value;
}

std::uint64_t State::number(Table table, const std::string& id) const {
  const auto& by_id = rows(table).by_id;
  const auto found = by_id.find(id);
  return found == by_id.end() ? 0 : found->second.number;
}

const std::vector<std::uint64_t>* State::numbers_of(Table table, const std::string& group) const {
  const auto found = rows(table).groups.find(group);
  return found == rows(table).groups.end() ? nullptr : &found->second;
}

std::size_t State::size() const {
  std::size_t all = 0;
  for (const Rows& rows : tables_) all += rows.by_id.size();
  return all;
}

void State::track(Table table, const std::string& id, const Json* before, const Json& after) {
  if (table == Table::intents) {
    if (before != nullptr) holds_.erase({before->int_at("_capture_before"), id});
    if (after.text_at("status") == "requires_capture") {
      holds_.emplace(after.int_at("_capture_before"), id);
    }
  } else if (table == Table::refunds) {
    if (before != nullptr) due_.erase({before->int_at("_due"), id});
    if (after.int_at("_due") > 0) due_.emplace(after.int_at("_due"), id);
  } else if (table == Table::charges) {
    books_.track(before, after);
  }
}

void State::count_delivery(const std::string& event) {
  auto& events = tables_[static_cast<std::size_t>(Table::events)].by_id;
  const auto found = events.find(event);
  if (found == events.end()) return;
  Json& value = found->second.value;
  const std::int64_t left = value.int_at("pending_webhooks") - 1;
  value.as_object()->set("pending_webhooks", std::max<std::int64_t>(left, 0));
}

void State::apply(Change change) {
  if (change.table == Table::deliveries) return count_delivery(change.id);
  Rows& rows = tables_[static_cast<std::size_t>(change.table)];
  const auto [slot, fresh] = rows.by_id.try_emplace(change.id);
  Row& row = slot->second;
  track(change.table, change.id, fresh ? nullptr : &row.value, change.value);
  if (fresh) {
    row.number = rows.first + rows.order.size();
    rows.order.push_back(change.id);
  }
  if (const auto member = group_of(change.table); !member.empty()) {
    const std::string group = change.value.text_at(member);
    if (!group.empty() && (fresh || row.value.text_at(member) != group)) {
      auto& numbers = rows.groups[group];
      const auto at = std::lower_bound(numbers.begin(), numbers.end(), row.number);
      if (at == numbers.end() || *at != row.number) numbers.insert(at, row.number);
    }
  }
  row.value = std::move(change.value);
  if (change.table == Table::events && rows.order.size() > events_max) {
    rows.by_id.erase(rows.order.front());
    rows.order.pop_front();
    ++rows.first;
  }
}

const Json* Work::find(Table table, const std::string& id) const {
  const auto written = std::find_if(changes_.rbegin(), changes_.rend(), [&](const Change& change) {
    return change.table == table && change.id == id;
  });
  return written != changes_.rend() ? &written->value : state_.find(table, id);
}

const Json* Work::find_live(Table table, const std::string& id) const {
  const Json* found = find(table, id);
  return found == nullptr || is_deleted(*found) ? nullptr : found;
}

void Work::put(Table table, Json object) {
  std::string id = object.text_at("id");
  put(table, std::move(id), std::move(object));
}

void Work::put(Table table, std::string id, Json value) {
  // Written twice by one call, only the last value counts.
  for (Change& change : changes_) {
    if (change.table != table || change.id != id) continue;
    change.value = std::move(value);
    return;
  }
  changes_.push_back({table, std::move(id), std::move(value)});
}

}  // namespace trayline::stripe_sim
