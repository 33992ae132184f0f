// Disputes: a cardholder takes a captured payment back.
#include "sim/stripe/handlers.hpp"

namespace trayline::stripe_sim {
namespace {

constexpr std::int64_t answer_within_seconds = 7 * 24 * 3600;

}  // namespace

Reply open_dispute(Context& context, Json charge, std::string_view reason) {
  if (!*charge.at("captured")->as_bool() || *charge.at("disputed")->as_bool()) {
    return invalid("", "charge", "Only a captured charge can be disputed, and only once.");
  }
  const std::int64_t amount = charge.int_at("amount_captured") - charge.int_at("amount_refunded");
  if (amount == 0) return invalid("", "charge", "This charge has been refunded wholly.");
  const Json evidence = Json::object({{"due_by", unix_seconds(context.now) + answer_within_seconds},
                                      {"has_evidence", false},
                                      {"past_due", false},
                                      {"submission_count", 0}});
  const Json dispute = Json::object({{"id", new_id("dp_", context.random)},
                                     {"object", "dispute"},
                                     {"amount", amount},
                                     {"balance_transactions", Json(Json::Array{})},
                                     {"charge", *charge.at("id")},
                                     {"created", unix_seconds(context.now)},
                                     {"currency", *charge.at("currency")},
                                     {"evidence", Json(Json::Object{})},
                                     {"evidence_details", evidence},
                                     {"is_charge_refundable", false},
                                     {"livemode", false},
                                     {"metadata", Json(Json::Object{})},
                                     {"payment_intent", *charge.at("payment_intent")},
                                     {"reason", reason},
                                     {"status", "needs_response"}});
  set(charge, "disputed", true);
  context.work.put(Table::charges, std::move(charge));
  context.work.put(Table::disputes, dispute);
  emit(context, "charge.dispute.created", dispute);
  emit(context, "charge.dispute.funds_withdrawn", dispute);
  return ok(dispute);
}

Reply end_dispute(Context& context, Json dispute, bool won) {
  if (dispute.text_at("status") != "needs_response") {
    return invalid("", "", "This dispute is already closed.");
  }
  set(dispute, "status", won ? "won" : "lost");
  context.work.put(Table::disputes, dispute);
  if (won) emit(context, "charge.dispute.funds_reinstated", dispute);
  emit(context, "charge.dispute.closed", dispute);
  return ok(dispute);
}

Reply get_dispute(Context& context) {
  const auto dispute = own(context, Table::disputes, "dispute");
  return dispute ? ok(*dispute) : dispute.error();
}

Reply list_disputes(Context& context) {
  constexpr std::array<std::string_view, 2> equal{"charge", "payment_intent"};
  return list(context, Table::disputes, context.params, equal);
}

Reply close_dispute(Context& context) {
  auto dispute = own(context, Table::disputes, "dispute");
  return dispute ? end_dispute(context, std::move(*dispute), false) : dispute.error();
}

}  // namespace trayline::stripe_sim
