// Payment intents that become others before they are settled: update, increment the hold.
#include "lib/base/check.hpp"
#include "lib/base/money.hpp"
#include "sim/stripe/handlers.hpp"

namespace trayline::stripe_sim {
namespace {

constexpr std::int64_t increments_max = 10;  // attempts, declined ones among them

// What may be changed only before the customer has paid.
constexpr std::array<std::string_view, 8> before_payment{"amount",
                                                         "currency",
                                                         "customer",
                                                         "payment_method",
                                                         "payment_method_data",
                                                         "setup_future_usage",
                                                         "capture_method",
                                                         "payment_method_types"};

std::optional<Reply> check_update(Context& context, const Json& intent) {
  const std::string status = intent.text_at("status");
  const bool open = status.starts_with("requires_") && status != "requires_capture";
  for (const std::string_view name : before_payment) {
    if (context.params.at(name) != nullptr && !open) return unexpected_state(intent, "update");
  }
  if (auto refused = check_amount_and_currency(context.params)) return refused;
  return check_exists(context, Table::customers, "customer", "customer");
}

}  // namespace

Reply update_intent(Context& context) {
  auto intent = own(context, Table::intents, "payment_intent");
  if (!intent) return intent.error();
  if (auto refused = check_update(context, *intent)) return *refused;
  const auto method = method_of(context);
  if (!method) return method.error();
  const Json& params = context.params;
  for (const std::string_view name :
       {"capture_method", "customer", "description", "receipt_email", "setup_future_usage",
        "statement_descriptor", "statement_descriptor_suffix"}) {
    if (params.at(name) != nullptr) set(*intent, name, params.text_at(name));
  }
  if (const auto amount = integer_at(params, "amount")) set(*intent, "amount", *amount);
  if (params.at("currency") != nullptr) set(*intent, "currency", currency_of(params));
  set(*intent, "metadata", merged_metadata(*intent, params));
  if (!method->is_null()) {
    set(*intent, "payment_method", method->text_at("id"));
    set(*intent, "status", "requires_confirmation");
    set(*intent, "next_action", nullptr);
  }
  context.work.put(Table::intents, *intent);
  return ok(*intent);
}

// docs.stripe.com/api/payment_intents/increment_authorization: the amount is the new total; a
// decline leaves the hold as it was.
Reply increment_intent(Context& context) {
  auto intent = own(context, Table::intents, "payment_intent");
  if (!intent) return intent.error();
  if (intent->text_at("status") != "requires_capture") {
    return unexpected_state(*intent, "increment the authorization of");
  }
  const std::int64_t amount = *integer_at(context.params, "amount");
  if (amount <= intent->int_at("amount")) {
    return invalid("", "amount",
                   "The amount must be greater than the currently authorized amount.");
  }
  if (auto refused = check_amount_and_currency(context.params)) return *refused;
  const Json* method = context.work.find(Table::methods, intent->text_at("payment_method"));
  check(method != nullptr, "an intent with a hold has a payment method");
  if (!card_of(*method).increments) {
    return invalid("payment_intent_invalid_parameter", "",
                   "This PaymentIntent is not eligible for an incremental authorization.");
  }
  const std::int64_t tries = intent->int_at("_increments") + 1;
  if (tries > increments_max) {
    return invalid("", "", "An authorization can be incremented up to 10 times.");
  }
  set(*intent, "_increments", tries);
  if (!context.decline.empty()) {
    context.work.put(Table::intents, *intent);
    Json::Object concerned;
    concerned.set("charge", *intent->at("latest_charge")).set("payment_intent", *intent);
    return card_error(*decline_named(context.decline), concerned);
  }
  Json charge = *context.work.find(Table::charges, intent->text_at("latest_charge"));
  set(charge, "amount", amount);
  set(charge, "_increment_key", context.key);
  set(*intent, "amount", amount);
  set(*intent, "amount_capturable", amount);
  if (context.params.at("description") != nullptr) {
    set(*intent, "description", context.params.text_at("description"));
  }
  set(*intent, "metadata", merged_metadata(*intent, context.params));
  context.work.put(Table::charges, charge);
  context.work.put(Table::intents, *intent);
  emit(context, "charge.updated", charge);
  emit(context, "payment_intent.amount_capturable_updated", *intent);
  return ok(*intent);
}

}  // namespace trayline::stripe_sim
