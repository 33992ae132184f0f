// Setup intents: a card is checked and saved for later payments.
#include "lib/base/check.hpp"
#include "sim/stripe/handlers.hpp"

namespace trayline::stripe_sim {
namespace {

Reply unexpected(const Json& setup, std::string_view what) {
  Problem problem{"setup_intent_unexpected_state", "",
                  "You cannot " + std::string(what) +
                      " this SetupIntent because it has a status of " + setup.text_at("status") +
                      "."};
  Reply reply = refusal(400, "invalid_request_error", problem);
  reply.body.as_object()->find("error")->as_object()->set("setup_intent", public_view(setup));
  return reply;
}

Reply fail_setup(Context& context, Json setup, const Json& method, const Decline& decline) {
  const Json shown = public_view(method);
  set(setup, "status", "requires_payment_method");
  set(setup, "payment_method", nullptr);
  set(setup, "next_action", nullptr);
  set(setup, "last_setup_error",
      *card_error(decline, Json::Object().set("payment_method", shown)).body.at("error"));
  context.work.put(Table::setups, setup);
  emit(context, "setup_intent.setup_failed", setup);
  return card_error(decline,
                    Json::Object().set("payment_method", shown).set("setup_intent", setup));
}

Reply succeed_setup(Context& context, Json setup, Json method) {
  set(method, "_set_up", true);
  context.work.put(Table::methods, method);
  const std::string customer = setup.text_at("customer");
  if (!customer.empty()) attach_to(context, method, customer);
  set(setup, "status", "succeeded");
  set(setup, "next_action", nullptr);
  set(setup, "last_setup_error", nullptr);
  context.work.put(Table::setups, setup);
  emit(context, "setup_intent.succeeded", setup);
  return ok(setup);
}

// method: the one the call named, or null for the one that the intent has.
Reply confirm(Context& context, Json setup, Json method) {
  const std::string status = setup.text_at("status");
  if (status == "succeeded" || status == "canceled") return unexpected(setup, "confirm");
  if (method.is_null()) {
    const Json* kept = context.work.find(Table::methods, setup.text_at("payment_method"));
    if (kept == nullptr) {
      return invalid("setup_intent_unexpected_state", "payment_method",
                     "You cannot confirm this SetupIntent because it has no payment method.");
    }
    method = *kept;
  }
  const std::string owner = method.text_at("customer");
  if (!owner.empty() && owner != setup.text_at("customer")) {
    return invalid("", "payment_method", "The payment method belongs to another customer.");
  }
  set(setup, "payment_method", method.text_at("id"));
  if (context.params.at("return_url") != nullptr) {
    set(setup, "_return_url", context.params.text_at("return_url"));
  }
  const TestCard& card = card_of(method);
  if (!card.declines_at_setup.empty()) {
    return fail_setup(context, std::move(setup), method, *decline_named(card.declines_at_setup));
  }
  if (card.challenge == Challenge::never) {
    return succeed_setup(context, std::move(setup), std::move(method));
  }
  set(setup, "status", "requires_action");
  set(setup, "next_action", next_action(context, setup));
  context.work.put(Table::setups, setup);
  emit(context, "setup_intent.requires_action", setup);
  return ok(setup);
}

}  // namespace

Reply create_setup(Context& context) {
  const Json& params = context.params;
  if (auto refused = check_exists(context, Table::customers, "customer", "customer")) {
    return *refused;
  }
  auto method = method_of(context);
  if (!method) return method.error();
  const std::string id = new_id("seti_", context.random);
  Json setup = Json::object(
      {{"id", id},
       {"object", "setup_intent"},
       {"application", nullptr},
       {"automatic_payment_methods", nullptr},
       {"cancellation_reason", nullptr},
       {"client_secret", new_id(id + "_secret_", context.random, 25)},
       {"created", unix_seconds(context.now)},
       {"customer", text_or_null(params, "customer")},
       {"description", text_or_null(params, "description")},
       {"flow_directions", nullptr},
       {"last_setup_error", nullptr},
       {"latest_attempt", nullptr},
       {"livemode", false},
       {"mandate", nullptr},
       {"metadata", metadata_of(params)},
       {"next_action", nullptr},
       {"on_behalf_of", nullptr},
       {"payment_method", method->is_null() ? Json() : Json(method->text_at("id"))},
       {"payment_method_options",
        Json::object({{"card", Json::object({{"mandate_options", nullptr},
                                             {"network", nullptr},
                                             {"request_three_d_secure", "automatic"}})}})},
       {"payment_method_types", Json(Json::Array{Json("card")})},
       {"single_use_mandate", nullptr},
       {"status", method->is_null() ? "requires_payment_method" : "requires_confirmation"},
       {"usage", params.at("usage") == nullptr ? "off_session" : params.text_at("usage")}});
  context.work.put(Table::setups, setup);
  emit(context, "setup_intent.created", setup);
  return true_at(params, "confirm") ? confirm(context, std::move(setup), *method) : ok(setup);
}

Reply get_setup(Context& context) {
  const auto setup = own(context, Table::setups, "setupintent");
  return setup ? ok(*setup) : setup.error();
}

Reply list_setups(Context& context) {
  constexpr std::array<std::string_view, 2> equal{"customer", "payment_method"};
  return list(context, Table::setups, context.params, equal);
}

Reply update_setup(Context& context) {
  auto setup = own(context, Table::setups, "setupintent");
  if (!setup) return setup.error();
  const std::string status = setup->text_at("status");
  if (status == "succeeded" || status == "canceled") return unexpected(*setup, "update");
  if (auto refused = check_exists(context, Table::customers, "customer", "customer")) {
    return *refused;
  }
  const auto method = method_of(context);
  if (!method) return method.error();
  for (const std::string_view name : {"customer", "description"}) {
    if (context.params.at(name) != nullptr) set(*setup, name, context.params.text_at(name));
  }
  set(*setup, "metadata", merged_metadata(*setup, context.params));
  if (!method->is_null()) {
    set(*setup, "payment_method", method->text_at("id"));
    set(*setup, "status", "requires_confirmation");
    set(*setup, "next_action", nullptr);
  }
  context.work.put(Table::setups, *setup);
  return ok(*setup);
}

Reply confirm_setup(Context& context) {
  auto setup = own(context, Table::setups, "setupintent");
  if (!setup) return setup.error();
  auto method = method_of(context);
  return method ? confirm(context, std::move(*setup), std::move(*method)) : method.error();
}

Reply cancel_setup(Context& context) {
  auto setup = own(context, Table::setups, "setupintent");
  if (!setup) return setup.error();
  const std::string status = setup->text_at("status");
  if (status == "succeeded" || status == "canceled") return unexpected(*setup, "cancel");
  set(*setup, "status", "canceled");
  set(*setup, "next_action", nullptr);
  if (context.params.at("cancellation_reason") != nullptr) {
    set(*setup, "cancellation_reason", context.params.text_at("cancellation_reason"));
  }
  context.work.put(Table::setups, *setup);
  emit(context, "setup_intent.canceled", *setup);
  return ok(*setup);
}

Reply after_setup_challenge(Context& context, Json setup, bool pass) {
  const Json* method = context.work.find(Table::methods, setup.text_at("payment_method"));
  check(method != nullptr, "an intent that waits for a challenge has a payment method");
  if (pass) return succeed_setup(context, std::move(setup), *method);
  constexpr Decline failed{"setup_intent_authentication_failure", "",
                           "The customer did not pass the authentication."};
  fail_setup(context, setup, *method, failed);
  return ok(*context.work.find(Table::setups, setup.text_at("id")));
}

}  // namespace trayline::stripe_sim
