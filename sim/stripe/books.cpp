#include "sim/stripe/books.hpp"

namespace trayline::stripe_sim {
namespace {

bool is_true(const Json& object, std::string_view name) {
  const Json* value = object.at(name);
  return value != nullptr && value->as_bool() != nullptr && *value->as_bool();
}

}  // namespace

std::string order_of(const Json& charge) {
  const Json* order = charge.at("metadata", "order_id");
  return order == nullptr || order->as_string() == nullptr ? "" : *order->as_string();
}

Standing standing_of(const Json& charge) {
  if (is_true(charge, "captured")) return Standing::captured;
  if (charge.text_at("status") != "succeeded") return Standing::declined;
  return is_true(charge, "refunded") ? Standing::voided : Standing::held;
}

const std::vector<std::string>* Books::charges_of(const std::string& order) const {
  const auto found = orders_.find(order);
  return found == orders_.end() ? nullptr : &found->second.charges;
}

void Books::count(const Json& charge, std::int64_t sign) {
  switch (standing_of(charge)) {
    case Standing::declined:
      totals_.declined += sign;
      return;
    case Standing::held:
      totals_.holds += sign;
      return;
    case Standing::voided:
      totals_.voided += sign;
      return;
    case Standing::captured:
      break;
  }
  totals_.charges += sign;
  totals_.captured += sign * charge.int_at("amount_captured");
  totals_.refunded += sign * charge.int_at("amount_refunded");
  const std::string name = order_of(charge);
  if (name.empty()) return;
  Order& order = orders_[name];
  const bool had = order.captured > 0;
  order.captured += sign;
  totals_.orders += (order.captured > 0 ? 1 : 0) - (had ? 1 : 0);
  if (order.captured > 1) {
    doubles_.insert(name);
  } else {
    doubles_.erase(name);
  }
}

void Books::track(const Json* before, const Json& after) {
  if (before != nullptr) count(*before, -1);
  count(after, 1);
  const std::string order = order_of(after);
  if (!order.empty() && (before == nullptr || order_of(*before) != order)) {
    orders_[order].charges.push_back(after.text_at("id"));
  }
}

}  // namespace trayline::stripe_sim
