// The simulator's own books: what a test compares with the product's.
#include <map>

#include "sim/stripe/account.hpp"

namespace trayline::stripe_sim {
namespace {

Json entry_of(const Json& charge) {
  const Json* order = charge.at("metadata", "order_id");
  return Json::object({{"order", order == nullptr ? Json() : *order},
                       {"intent", *charge.at("payment_intent")},
                       {"charge", *charge.at("id")},
                       {"customer", *charge.at("customer")},
                       {"amount", *charge.at("amount")},
                       {"currency", *charge.at("currency")},
                       {"created", *charge.at("created")},
                       {"hold_key", charge.text_at("_hold_key")}});
}

}  // namespace

Json ledger(const State& state) {
  std::map<std::string, Json::Array> refunds;
  for (const std::string& id : state.ids(Table::refunds)) {
    const Json& refund = *state.find(Table::refunds, id);
    refunds[refund.text_at("charge")].push_back(Json::object(
        {{"id", id}, {"amount", *refund.at("amount")}, {"key", refund.text_at("_key")}}));
  }
  Json::Array charges;
  Json::Array holds;
  std::map<std::string, std::int64_t> per_order;
  std::int64_t captured = 0;
  std::int64_t refunded = 0;
  for (const std::string& id : state.ids(Table::charges)) {
    const Json& charge = *state.find(Table::charges, id);
    Json entry = entry_of(charge);
    if (*charge.at("captured")->as_bool()) {
      Json::Object& row = *entry.as_object();
      row.set("captured", *charge.at("amount_captured"));
      row.set("refunded", *charge.at("amount_refunded"));
      row.set("key", charge.text_at("_key"));
      row.set("refunds", Json(refunds[id]));
      captured += charge.int_at("amount_captured");
      refunded += charge.int_at("amount_refunded");
      if (!entry.text_at("order").empty()) ++per_order[entry.text_at("order")];
      charges.push_back(std::move(entry));
    } else if (charge.text_at("status") == "succeeded" && !*charge.at("refunded")->as_bool()) {
      holds.push_back(std::move(entry));
    }
  }
  std::int64_t twice = 0;
  for (const auto& [order, count] : per_order) twice += count > 1 ? 1 : 0;
  return Json::object({{"charges", Json(std::move(charges))},
                       {"holds", Json(std::move(holds))},
                       {"orders", per_order.size()},
                       {"captured", captured},
                       {"refunded", refunded},
                       {"double", twice}});
}

}  // namespace trayline::stripe_sim
