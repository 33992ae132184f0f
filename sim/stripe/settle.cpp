// Holds that end: capture, cancel, lapse.
#include "lib/base/check.hpp"
#include "sim/stripe/handlers.hpp"

namespace trayline::stripe_sim {
namespace {

Json charge_of(Context& context, const Json& intent) {
  const Json* charge = context.work.find(Table::charges, intent.text_at("latest_charge"));
  check(charge != nullptr, "an intent with a hold has a charge");
  return *charge;
}

}  // namespace

void capture_hold(Context& context, Json& intent, std::int64_t amount) {
  Json charge = charge_of(context, intent);
  check(amount > 0 && amount <= intent.int_at("amount_capturable"), "a capture is within the hold");
  set(charge, "captured", true);
  set(charge, "amount_captured", amount);
  set(charge, "balance_transaction", new_id("txn_", context.random));
  set(charge, "_key", context.key);
  set(intent, "status", "succeeded");
  set(intent, "amount_capturable", 0);
  set(intent, "amount_received", amount);
  context.work.put(Table::charges, charge);
  context.work.put(Table::intents, intent);
  if (intent.text_at("capture_method") == "manual") emit(context, "charge.captured", charge);
  emit(context, "payment_intent.succeeded", intent);
  const Json* method = context.work.find(Table::methods, charge.text_at("payment_method"));
  if (method != nullptr && card_of(*method).disputes) {
    open_dispute(context, std::move(charge), "fraudulent");
  }
}

void cancel_hold(Context& context, Json& intent, std::string_view reason) {
  const bool held = intent.text_at("status") == "requires_capture";
  set(intent, "status", "canceled");
  set(intent, "amount_capturable", 0);
  set(intent, "next_action", nullptr);
  set(intent, "canceled_at", unix_seconds(context.now));
  set(intent, "cancellation_reason", reason.empty() ? Json() : Json(reason));
  context.work.put(Table::intents, intent);
  if (held) {
    Json charge = charge_of(context, intent);
    set(charge, "refunded", true);
    set(charge, "amount_refunded", *charge.at("amount"));
    context.work.put(Table::charges, charge);
    emit(context, reason == "automatic" ? "charge.expired" : "charge.refunded", charge);
  }
  emit(context, "payment_intent.canceled", intent);
}

Reply capture_intent(Context& context) {
  auto intent = own(context, Table::intents, "payment_intent");
  if (!intent) return intent.error();
  if (intent->text_at("status") != "requires_capture") return unexpected_state(*intent, "capture");
  const std::int64_t held = intent->int_at("amount_capturable");
  const std::int64_t amount = integer_at(context.params, "amount_to_capture").value_or(held);
  if (amount < 1) {
    return invalid("parameter_invalid_integer", "amount_to_capture",
                   "amount_to_capture must be at least 1.");
  }
  if (amount > held) {
    return invalid("amount_too_large", "amount_to_capture",
                   "amount_to_capture is more than amount_capturable.");
  }
  set(*intent, "metadata", merged_metadata(*intent, context.params));
  capture_hold(context, *intent, amount);
  return ok(*intent);
}

Reply cancel_intent(Context& context) {
  auto intent = own(context, Table::intents, "payment_intent");
  if (!intent) return intent.error();
  if (!intent->text_at("status").starts_with("requires_")) {
    return unexpected_state(*intent, "cancel");
  }
  cancel_hold(context, *intent, context.params.text_at("cancellation_reason"));
  return ok(*intent);
}

}  // namespace trayline::stripe_sim
