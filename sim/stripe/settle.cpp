// Money that moves or is let go: capture, cancel, refund, lapsed holds.
#include "lib/base/check.hpp"
#include "sim/stripe/handlers.hpp"

namespace trayline::stripe_sim {
namespace {

Json charge_of(Context& context, const Json& intent) {
  const Json* charge = context.work.find(Table::charges, intent.text_at("latest_charge"));
  check(charge != nullptr, "an intent with a hold has a charge");
  return *charge;
}

Json new_refund(Context& context, const Json& charge, std::int64_t amount) {
  const Json& params = context.params;
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
       {"reason", params.at("reason") == nullptr ? Json() : Json(params.text_at("reason"))},
       {"receipt_number", nullptr},
       {"source_transfer_reversal", nullptr},
       {"status", "succeeded"},
       {"transfer_reversal", nullptr},
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
  const Json added = metadata_of(context.params);
  Json metadata = *intent->at("metadata");
  for (const auto& [name, value] : *added.as_object()) set(metadata, name, value);
  set(*intent, "metadata", std::move(metadata));
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
  emit(context, "refund.updated", refund);
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

}  // namespace trayline::stripe_sim
