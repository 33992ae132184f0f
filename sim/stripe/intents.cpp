// Payment intents up to the hold or the charge: create, confirm, 3-D Secure.
#include "lib/base/check.hpp"
#include "lib/base/money.hpp"
#include "sim/stripe/handlers.hpp"

namespace trayline::stripe_sim {
namespace {

constexpr std::int64_t amount_min = 50;  // of many currencies, docs.stripe.com/currencies
constexpr std::int64_t amount_max = 99'999'999;

Json new_charge(Context& context, const Json& intent, const Json& method) {
  const Json& card = *method.at("card");
  const Json details = Json::object({{"brand", *card.at("brand")},
                                     {"checks", *card.at("checks")},
                                     {"country", *card.at("country")},
                                     {"exp_month", *card.at("exp_month")},
                                     {"exp_year", *card.at("exp_year")},
                                     {"fingerprint", *card.at("fingerprint")},
                                     {"funding", *card.at("funding")},
                                     {"installments", nullptr},
                                     {"last4", *card.at("last4")},
                                     {"mandate", nullptr},
                                     {"network", *card.at("brand")},
                                     {"three_d_secure", nullptr},
                                     {"wallet", nullptr}});
  return Json::object(
      {{"id", new_id("ch_", context.random)},
       {"object", "charge"},
       {"amount", *intent.at("amount")},
       {"amount_captured", 0},
       {"amount_refunded", 0},
       {"balance_transaction", nullptr},
       {"billing_details", *method.at("billing_details")},
       {"captured", false},
       {"created", unix_seconds(context.now)},
       {"currency", *intent.at("currency")},
       {"customer", *intent.at("customer")},
       {"description", *intent.at("description")},
       {"disputed", false},
       {"failure_code", nullptr},
       {"failure_message", nullptr},
       {"livemode", false},
       {"metadata", *intent.at("metadata")},
       {"outcome", Json::object({{"network_status", "approved_by_network"},
                                 {"reason", nullptr},
                                 {"risk_level", "normal"},
                                 {"seller_message", "Payment complete."},
                                 {"type", "authorized"}})},
       {"paid", true},
       {"payment_intent", *intent.at("id")},
       {"payment_method", *method.at("id")},
       {"payment_method_details", Json::object({{"card", details}, {"type", "card"}})},
       {"receipt_email", nullptr},
       {"refunded", false},
       {"status", "succeeded"},
       {"_hold_key", context.key}});
}

Reply fail_intent(Context& context, Json intent, const Json& method, const Decline& decline) {
  const Json shown = public_view(method);
  Json charge = new_charge(context, intent, method);
  set(charge, "status", "failed");
  set(charge, "paid", false);
  set(charge, "failure_code", decline.code);
  set(charge, "failure_message", decline.message);
  set(charge, "outcome",
      Json::object({{"network_status", "declined_by_network"},
                    {"reason", decline.decline_code},
                    {"risk_level", "normal"},
                    {"seller_message", "The bank declined the payment."},
                    {"type", "issuer_declined"}}));
  context.work.put(Table::charges, charge);
  Json::Object concerned;
  concerned.set("charge", *charge.at("id")).set("payment_method", shown);
  set(intent, "status", "requires_payment_method");
  set(intent, "payment_method", nullptr);
  set(intent, "next_action", nullptr);
  set(intent, "latest_charge", *charge.at("id"));
  set(intent, "last_payment_error", *card_error(decline, concerned).body.at("error"));
  context.work.put(Table::intents, intent);
  emit(context, "charge.failed", charge);
  emit(context, "payment_intent.payment_failed", intent);
  concerned.set("payment_intent", intent);
  return card_error(decline, concerned);
}

Reply charge_intent(Context& context, Json intent, Json method) {
  const Json charge = new_charge(context, intent, method);
  const bool off_session = *intent.at("_off_session")->as_bool();
  set(intent, "next_action", nullptr);
  set(intent, "last_payment_error", nullptr);
  set(intent, "latest_charge", *charge.at("id"));
  set(intent, "status", "requires_capture");
  set(intent, "amount_capturable", *intent.at("amount"));
  set(intent, "_capture_before",
      unix_seconds(context.now) + (off_session ? hold_off_session_seconds : hold_seconds));
  context.work.put(Table::charges, charge);
  context.work.put(Table::intents, intent);
  emit(context, "charge.succeeded", charge);
  if (!intent.at("setup_future_usage")->is_null() && !intent.at("customer")->is_null()) {
    set(method, "_set_up", true);
    context.work.put(Table::methods, method);
    attach_to(context, method, intent.text_at("customer"));
  }
  if (intent.text_at("capture_method") == "manual") {
    emit(context, "payment_intent.amount_capturable_updated", intent);
  } else {
    capture_hold(context, intent, intent.int_at("amount"));
  }
  return ok(intent);
}

Reply try_charge(Context& context, Json intent, Json method) {
  const std::string_view asked = context.decline;
  const std::string_view why = asked.empty() ? card_of(method).declines_at_charge : asked;
  if (!why.empty()) {
    return fail_intent(context, std::move(intent), method, *decline_named(why));
  }
  return charge_intent(context, std::move(intent), std::move(method));
}

Reply missing_method(const Json& intent) {
  Reply reply = invalid("payment_intent_unexpected_state", "payment_method",
                        "You cannot confirm this PaymentIntent because it has no payment method.");
  reply.body.as_object()->find("error")->as_object()->set("payment_intent", public_view(intent));
  return reply;
}

Reply challenge(Context& context, Json intent) {
  set(intent, "status", "requires_action");
  set(intent, "next_action", next_action(context, intent));
  context.work.put(Table::intents, intent);
  emit(context, "payment_intent.requires_action", intent);
  return ok(intent);
}

// method: the one the call named, or null for the one that the intent has.
Reply confirm(Context& context, Json intent, Json method) {
  const std::string status = intent.text_at("status");
  if (!status.starts_with("requires_") || status == "requires_capture") {
    return unexpected_state(intent, "confirm");
  }
  if (method.is_null()) {
    const Json* kept = context.work.find(Table::methods, intent.text_at("payment_method"));
    if (kept == nullptr) return missing_method(intent);
    method = *kept;
  }
  const std::string owner = method.text_at("customer");
  if (!owner.empty() && owner != intent.text_at("customer")) {
    return invalid("", "payment_method", "The payment method belongs to another customer.");
  }
  const Json& params = context.params;
  const bool off_session = params.at("off_session") != nullptr &&
                           !params.text_at("off_session").empty() &&
                           params.text_at("off_session") != "false";
  set(intent, "payment_method", method.text_at("id"));
  set(intent, "_off_session", off_session);
  if (params.at("return_url") != nullptr) set(intent, "_return_url", params.text_at("return_url"));
  const TestCard& card = card_of(method);
  const bool set_up = *method.at("_set_up")->as_bool();
  const bool asks = card.challenge == Challenge::always ||
                    (card.challenge == Challenge::unless_set_up && !set_up);
  if (!asks) return try_charge(context, std::move(intent), std::move(method));
  if (off_session || true_at(params, "error_on_requires_action")) {
    return fail_intent(context, std::move(intent), method,
                       *decline_named("authentication_required"));
  }
  return challenge(context, std::move(intent));
}

std::optional<Reply> check_create(Context& context) {
  const Json& params = context.params;
  if (auto refused = check_amount_and_currency(params)) return refused;
  if (params.at("off_session") != nullptr && !true_at(params, "confirm")) {
    return invalid("", "off_session", "off_session needs confirm=true.");
  }
  return check_exists(context, Table::customers, "customer", "customer");
}

Json new_intent(Context& context, const Json& method) {
  const Json& params = context.params;
  const auto text = [&](std::string_view name) { return text_or_null(params, name); };
  const std::string id = new_id("pi_", context.random);
  return Json::object(
      {{"id", id},
       {"object", "payment_intent"},
       {"amount", *integer_at(params, "amount")},
       {"amount_capturable", 0},
       {"amount_details", Json::object({{"tip", Json(Json::Object{})}})},
       {"amount_received", 0},
       {"application", nullptr},
       {"application_fee_amount", nullptr},
       {"automatic_payment_methods", nullptr},
       {"canceled_at", nullptr},
       {"cancellation_reason", nullptr},
       {"capture_method",
        params.at("capture_method") == nullptr ? "automatic" : params.text_at("capture_method")},
       {"client_secret", new_id(id + "_secret_", context.random, 25)},
       {"confirmation_method", params.at("confirmation_method") == nullptr
                                   ? "automatic"
                                   : params.text_at("confirmation_method")},
       {"created", unix_seconds(context.now)},
       {"currency", currency_of(params)},
       {"customer", text("customer")},
       {"description", text("description")},
       {"invoice", nullptr},
       {"last_payment_error", nullptr},
       {"latest_charge", nullptr},
       {"livemode", false},
       {"metadata", metadata_of(params)},
       {"next_action", nullptr},
       {"on_behalf_of", nullptr},
       {"payment_method", method.is_null() ? Json() : *method.at("id")},
       {"payment_method_options",
        Json::object({{"card", Json::object({{"installments", nullptr},
                                             {"mandate_options", nullptr},
                                             {"network", nullptr},
                                             {"request_three_d_secure", "automatic"}})}})},
       {"payment_method_types", Json(Json::Array{Json("card")})},
       {"processing", nullptr},
       {"receipt_email", text("receipt_email")},
       {"review", nullptr},
       {"setup_future_usage", text("setup_future_usage")},
       {"shipping", nullptr},
       {"statement_descriptor", text("statement_descriptor")},
       {"statement_descriptor_suffix", text("statement_descriptor_suffix")},
       {"status", method.is_null() ? "requires_payment_method" : "requires_confirmation"},
       {"transfer_data", nullptr},
       {"transfer_group", nullptr},
       {"_off_session", false}});
}

}  // namespace

std::string currency_of(const Json& params) {
  std::string currency = params.text_at("currency");
  for (char& c : currency) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return currency;
}

std::optional<Reply> check_amount_and_currency(const Json& params) {
  if (const auto amount = integer_at(params, "amount")) {
    if (*amount < amount_min) {
      return invalid("amount_too_small", "amount", "Amount must be at least 50.");
    }
    if (*amount > amount_max) {
      return invalid("amount_too_large", "amount", "Amount must be no more than 99999999.");
    }
  }
  if (params.at("currency") == nullptr) return std::nullopt;
  std::string upper = params.text_at("currency");
  for (char& c : upper) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  if (Currency::parse(upper)) return std::nullopt;
  return invalid("", "currency", "Invalid currency: " + params.text_at("currency"));
}

Reply unexpected_state(const Json& intent, std::string_view what) {
  Reply reply = invalid("payment_intent_unexpected_state", "",
                        "You cannot " + std::string(what) +
                            " this PaymentIntent because it has a status of " +
                            intent.text_at("status") + ".");
  reply.body.as_object()->find("error")->as_object()->set("payment_intent", public_view(intent));
  return reply;
}

Json next_action(Context& context, const Json& intent) {
  const std::string return_url = intent.text_at("_return_url");
  if (return_url.empty()) {
    return Json::object(
        {{"type", "use_stripe_sdk"},
         {"use_stripe_sdk", Json::object({{"type", "three_d_secure_redirect"},
                                          {"source", new_id("src_", context.random)}})}});
  }
  const Json where =
      Json::object({{"return_url", return_url},
                    {"url", "https://hooks.stripe.com/3d_secure/" + intent.text_at("id")}});
  return Json::object({{"type", "redirect_to_url"}, {"redirect_to_url", where}});
}

Reply create_intent(Context& context) {
  if (auto refused = check_create(context)) {
    refused->saved = false;
    return *refused;
  }
  auto method = method_of(context);
  if (!method) return method.error();
  if (!method->is_null()) {
    const std::string owner = method->text_at("customer");
    if (!owner.empty() && owner != context.params.text_at("customer")) {
      return invalid("", "payment_method", "The payment method belongs to another customer.");
    }
  }
  Json intent = new_intent(context, *method);
  context.work.put(Table::intents, intent);
  emit(context, "payment_intent.created", intent);
  if (!true_at(context.params, "confirm")) return ok(intent);
  return confirm(context, std::move(intent), std::move(*method));
}

Reply get_intent(Context& context) {
  const auto intent = own(context, Table::intents, "payment_intent");
  return intent ? ok(*intent) : intent.error();
}

Reply list_intents(Context& context) {
  constexpr std::array<std::string_view, 1> equal{"customer"};
  return list(context, Table::intents, context.params, equal);
}

Reply confirm_intent(Context& context) {
  auto intent = own(context, Table::intents, "payment_intent");
  if (!intent) return intent.error();
  auto method = method_of(context);
  return method ? confirm(context, std::move(*intent), std::move(*method)) : method.error();
}

Reply after_intent_challenge(Context& context, Json intent, bool pass) {
  const Json* kept = context.work.find(Table::methods, intent.text_at("payment_method"));
  check(kept != nullptr, "an intent that waits for a challenge has a payment method");
  Json method = *kept;
  if (pass) {
    try_charge(context, intent, std::move(method));
  } else {
    constexpr Decline failed{"payment_intent_authentication_failure", "",
                             "The customer did not pass the authentication."};
    fail_intent(context, intent, method, failed);
  }
  return ok(*context.work.find(Table::intents, intent.text_at("id")));
}

}  // namespace trayline::stripe_sim
