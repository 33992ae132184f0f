// Refunds: of captured charges, at once or on their way for a while.
#include "lib/base/check.hpp"
#include "sim/stripe/handlers.hpp"

namespace trayline::stripe_sim {
namespace {

// Of the simulator's clock, until a refund on its way arrives or comes back.
constexpr std::int64_t refund_seconds = 10;

Json new_refund(Context& context, const Json& charge, std::int64_t amount) {
  const Json& params = context.params;
  const Json* method = context.work.find(Table::methods, charge.text_at("payment_method"));
  check(method != nullptr, "a charge has a payment method");
  const RefundBehaviour behaviour = card_of(*method).refunds;
  return Json::object(
      {{"id", new_id("re_", context.random)},
       {"object", "refund"},
       {"amount", amount},
       {"balance_transaction", nullptr},
       {"charge", *charge.at("id")},
       {"created", unix_seconds(context.now)},
       {"currency", *charge.at("currency")},
       {"metadata", metadata_of(params)},
       {"payment_intent", *charge.at("payment_intent")},
       {"reason", text_or_null(params, "reason")},
       {"receipt_number", nullptr},
       {"source_transfer_reversal", nullptr},
       {"status", behaviour == RefundBehaviour::late ? "pending" : "succeeded"},
       {"transfer_reversal", nullptr},
       {"_due",
        behaviour == RefundBehaviour::at_once ? 0 : unix_seconds(context.now) + refund_seconds},
       {"_fails", behaviour == RefundBehaviour::fails},
       {"_key", context.key}});
}

// The captured charge to refund, named directly or by its intent.
Or<Json> charge_to_refund(Context& context) {
  const std::string by_charge = context.params.text_at("charge");
  const std::string by_intent = context.params.text_at("payment_intent");
  if (by_charge.empty() == by_intent.empty()) {
    return Refused(
        invalid("parameter_missing", "payment_intent", "Give either payment_intent or charge."));
  }
  std::string id = by_charge;
  if (!by_intent.empty()) {
    const Json* intent = context.work.find(Table::intents, by_intent);
    if (intent == nullptr) {
      return Refused(missing("payment_intent", by_intent, "payment_intent"));
    }
    id = intent->text_at("latest_charge");
  }
  const Json* charge = context.work.find(Table::charges, id);
  if (charge == nullptr && by_intent.empty()) return Refused(missing("charge", id, "charge"));
  if (charge == nullptr || !*charge->at("captured")->as_bool()) {
    return Refused(invalid("", "", "There is no captured charge to refund here."));
  }
  if (*charge->at("disputed")->as_bool()) {
    return Refused(invalid("charge_disputed", "", "A disputed charge cannot be refunded."));
  }
  return *charge;
}

}  // namespace

void settle_refund(Context& context, Json refund) {
  set(refund, "_due", 0);
  if (*refund.at("_fails")->as_bool()) {
    set(refund, "status", "failed");
    set(refund, "failure_reason", "expired_or_canceled_card");
    Json charge = *context.work.find(Table::charges, refund.text_at("charge"));
    set(charge, "amount_refunded", charge.int_at("amount_refunded") - refund.int_at("amount"));
    set(charge, "refunded", false);
    context.work.put(Table::charges, std::move(charge));
  } else {
    set(refund, "status", "succeeded");
  }
  context.work.put(Table::refunds, refund);
  emit(context, "refund.updated", refund);
}

Reply create_refund(Context& context) {
  auto charge = charge_to_refund(context);
  if (!charge) return charge.error();
  const std::int64_t left = charge->int_at("amount_captured") - charge->int_at("amount_refunded");
  if (left == 0) {
    return invalid("charge_already_refunded", "",
                   "Charge " + charge->text_at("id") + " has already been refunded.");
  }
  const std::int64_t amount = integer_at(context.params, "amount").value_or(left);
  if (amount < 1) {
    return invalid("parameter_invalid_integer", "amount", "amount must be at least 1.");
  }
  if (amount > left) {
    return invalid("amount_too_large", "amount", "The refund is more than what is left to refund.");
  }
  const Json refund = new_refund(context, *charge, amount);
  set(*charge, "amount_refunded", charge->int_at("amount_refunded") + amount);
  set(*charge, "refunded", amount == left);
  context.work.put(Table::refunds, refund);
  context.work.put(Table::charges, *charge);
  emit(context, "charge.refunded", *charge);
  emit(context, "refund.created", refund);
  if (refund.text_at("status") == "succeeded") emit(context, "refund.updated", refund);
  return ok(refund);
}

Reply get_refund(Context& context) {
  const auto refund = own(context, Table::refunds, "refund");
  return refund ? ok(*refund) : refund.error();
}

Reply list_refunds(Context& context) {
  constexpr std::array<std::string_view, 2> equal{"charge", "payment_intent"};
  return list(context, Table::refunds, context.params, equal);
}

Reply update_refund(Context& context) {
  auto refund = own(context, Table::refunds, "refund");
  if (!refund) return refund.error();
  set(*refund, "metadata", merged_metadata(*refund, context.params));
  context.work.put(Table::refunds, *refund);
  emit(context, "refund.updated", *refund);
  return ok(*refund);
}

// docs.stripe.com/api/refunds/cancel: only refunds in requires_action can be cancelled, which
// refunds of cards never are.
Reply cancel_refund(Context& context) {
  const auto refund = own(context, Table::refunds, "refund");
  if (!refund) return refund.error();
  return invalid("", "",
                 "You cannot cancel this refund: its status is " + refund->text_at("status") +
                     ", not requires_action.");
}

}  // namespace trayline::stripe_sim
