// Payment methods: test cards by id or by number (already tokenised), attached to customers.
#include "lib/base/check.hpp"
#include "sim/stripe/handlers.hpp"

namespace trayline::stripe_sim {
namespace {

constexpr int test_exp_month = 12;
constexpr int test_exp_year = 2034;

Json new_method(Context& context, const TestCard& card, std::int64_t month, std::int64_t year) {
  const Json address = Json::object({{"city", nullptr},
                                     {"country", nullptr},
                                     {"line1", nullptr},
                                     {"line2", nullptr},
                                     {"postal_code", nullptr},
                                     {"state", nullptr}});
  const Json checks = Json::object({{"address_line1_check", nullptr},
                                    {"address_postal_code_check", nullptr},
                                    {"cvc_check", "unchecked"}});
  Json brands(Json::Array{Json(card.brand)});
  Json details =
      Json::object({{"brand", card.brand},
                    {"checks", checks},
                    {"country", "US"},
                    {"exp_month", month},
                    {"exp_year", year},
                    {"fingerprint", "test" + std::string(card.last4)},
                    {"funding", "credit"},
                    {"generated_from", nullptr},
                    {"last4", card.last4},
                    {"networks", Json::object({{"available", brands}, {"preferred", nullptr}})},
                    {"three_d_secure_usage", Json::object({{"supported", true}})},
                    {"wallet", nullptr}});
  Json method = Json::object(
      {{"id", new_id("pm_", context.random)},
       {"object", "payment_method"},
       {"billing_details",
        Json::object(
            {{"address", address}, {"email", nullptr}, {"name", nullptr}, {"phone", nullptr}})},
       {"card", std::move(details)},
       {"created", unix_seconds(context.now)},
       {"customer", nullptr},
       {"livemode", false},
       {"metadata", Json(Json::Object{})},
       {"type", "card"},
       {"_card", card.id},
       {"_set_up", false}});
  context.work.put(Table::methods, method);
  return method;
}

// A `card` parameter as tokenise_card() leaves it, or as {token: tok_visa}.
Or<Json> method_from_group(Context& context, const Json& group, const std::string& name) {
  if (group.text_at("type") != "card") {
    return Refused(invalid("", name + "[type]", "This simulator knows the type card only."));
  }
  const Json* card = group.at("card");
  if (card == nullptr || card->as_object() == nullptr) {
    return Refused(invalid("parameter_missing", name + "[card]", "Missing required param: card."));
  }
  const std::string token = card->text_at("token");
  if (token.starts_with("tok_")) {
    const TestCard* known = card_by_id("pm_card_" + token.substr(4));
    if (known == nullptr) return Refused(missing("token", token, name + "[card][token]"));
    return new_method(context, *known, test_exp_month, test_exp_year);
  }
  if (card_by_id(card->text_at("test_card")) == nullptr) {
    return Refused(invalid("parameter_missing", name + "[card][number]",
                           "Missing required param: card[number]."));
  }
  return method_from_card(context, *card);
}

Or<Json> find_or_make(Context& context, const std::string& id, std::string_view param) {
  if (const Json* found = context.work.find(Table::methods, id)) return *found;
  if (const TestCard* card = card_by_id(id)) {
    return new_method(context, *card, test_exp_month, test_exp_year);
  }
  return Refused(missing("PaymentMethod", id, param));
}

}  // namespace

const TestCard& card_of(const Json& method) {
  const TestCard* card = card_by_id(method.text_at("_card"));
  check(card != nullptr, "every payment method stands for a test card");
  return *card;
}

Json method_from_card(Context& context, const Json& card) {
  return new_method(context, *card_by_id(card.text_at("test_card")), card.int_at("exp_month"),
                    card.int_at("exp_year"));
}

Or<Json> method_of(Context& context) {
  if (context.params.at("payment_method") != nullptr) {
    return find_or_make(context, context.params.text_at("payment_method"), "payment_method");
  }
  if (const Json* data = context.params.at("payment_method_data")) {
    return method_from_group(context, *data, "payment_method_data");
  }
  return Json();
}

void attach_to(Context& context, Json& method, const std::string& customer) {
  if (!method.at("customer")->is_null()) return;
  set(method, "customer", customer);
  context.work.put(Table::methods, method);
  emit(context, "payment_method.attached", method);
}

Reply create_method(Context& context) {
  const auto method = method_from_group(context, context.params, "payment_method");
  return method ? ok(*method) : method.error();
}

Reply get_method(Context& context) {
  const auto method = own(context, Table::methods, "PaymentMethod");
  return method ? ok(*method) : method.error();
}

Reply get_customer_method(Context& context) {
  const Json* method = context.work.find(Table::methods, context.second);
  if (context.work.find_live(Table::customers, context.id) == nullptr) {
    return missing("customer", context.id, "id");
  }
  if (method == nullptr || method->text_at("customer") != context.id) {
    return missing("PaymentMethod", context.second, "id");
  }
  return ok(*method);
}

Reply update_method(Context& context) {
  auto method = own(context, Table::methods, "PaymentMethod");
  if (!method) return method.error();
  if (method->at("customer")->is_null()) {
    return invalid("", "", "Attach this payment method to a customer before you update it.");
  }
  set(*method, "metadata", merged_metadata(*method, context.params));
  if (const Json* card = context.params.at("card")) {
    constexpr std::array dates{Param{"exp_month", Kind::integer}, Param{"exp_year", Kind::integer}};
    if (const auto problem = check_params(*card, dates)) {
      return refusal(400, "invalid_request_error", *problem);
    }
    Json details = *method->at("card");
    for (const Param& date : dates) {
      if (const auto value = integer_at(*card, date.name)) set(details, date.name, *value);
    }
    set(*method, "card", std::move(details));
  }
  context.work.put(Table::methods, *method);
  emit(context, "payment_method.updated", *method);
  return ok(*method);
}

Reply list_methods(Context& context) {
  constexpr std::array<std::string_view, 2> equal{"customer", "type"};
  if (auto refused = check_exists(context, Table::customers, "customer", "customer")) {
    return *refused;
  }
  return list(context, Table::methods, context.params, equal);
}

Reply list_customer_methods(Context& context) {
  constexpr std::array<std::string_view, 2> equal{"customer", "type"};
  if (context.work.find_live(Table::customers, context.id) == nullptr) {
    return missing("customer", context.id, "id");
  }
  Json params = context.params;
  set(params, "customer", context.id);
  return list(context, Table::methods, params, equal);
}

Reply attach_method(Context& context) {
  if (auto refused = check_exists(context, Table::customers, "customer", "customer")) {
    return *refused;
  }
  auto method = find_or_make(context, context.id, "id");
  if (!method) return method.error();
  const std::string customer = context.params.text_at("customer");
  if (!method->at("customer")->is_null() && method->text_at("customer") != customer) {
    return invalid("", "", "This payment method is attached to another customer already.");
  }
  const TestCard& card = card_of(*method);
  if (!card.declines_at_setup.empty()) {
    return card_error(*decline_named(card.declines_at_setup), {});
  }
  attach_to(context, *method, customer);
  return ok(*method);
}

Reply detach_method(Context& context) {
  auto method = own(context, Table::methods, "PaymentMethod");
  if (!method) return method.error();
  if (method->at("customer")->is_null()) {
    return invalid("", "", "This payment method is not attached to a customer.");
  }
  set(*method, "customer", nullptr);
  context.work.put(Table::methods, *method);
  emit(context, "payment_method.detached", *method);
  return ok(*method);
}

}  // namespace trayline::stripe_sim
