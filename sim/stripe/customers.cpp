// Customers and the ephemeral keys that let an app act for one.
#include "sim/stripe/handlers.hpp"

namespace trayline::stripe_sim {
namespace {

constexpr std::int64_t ephemeral_key_seconds = 3600;

std::optional<Reply> set_default_method(Context& context, Json& customer) {
  const Json* settings = context.params.at("invoice_settings");
  if (settings == nullptr) return std::nullopt;
  for (const auto& [name, value] : *settings->as_object()) {
    const std::string full = "invoice_settings[" + name + "]";
    if (name != "default_payment_method" || value.as_string() == nullptr) {
      return invalid("parameter_unknown", full, "Received unknown parameter: " + full);
    }
    const Json* method = context.work.find(Table::methods, *value.as_string());
    if (method == nullptr || method->text_at("customer") != customer.text_at("id")) {
      return missing("PaymentMethod", *value.as_string(), full);
    }
    set(customer, "invoice_settings",
        Json::object({{"custom_fields", nullptr},
                      {"default_payment_method", value},
                      {"footer", nullptr},
                      {"rendering_options", nullptr}}));
  }
  return std::nullopt;
}

}  // namespace

Reply create_customer(Context& context) {
  const Json& params = context.params;
  Json customer =
      Json::object({{"id", new_id("cus_", context.random, 14)},
                    {"object", "customer"},
                    {"address", nullptr},
                    {"balance", 0},
                    {"created", unix_seconds(context.now)},
                    {"currency", nullptr},
                    {"default_source", nullptr},
                    {"delinquent", false},
                    {"description", text_or_null(params, "description")},
                    {"discount", nullptr},
                    {"email", text_or_null(params, "email")},
                    {"invoice_settings", Json::object({{"custom_fields", nullptr},
                                                       {"default_payment_method", nullptr},
                                                       {"footer", nullptr},
                                                       {"rendering_options", nullptr}})},
                    {"livemode", false},
                    {"metadata", metadata_of(params)},
                    {"name", text_or_null(params, "name")},
                    {"phone", text_or_null(params, "phone")},
                    {"preferred_locales", Json(Json::Array{})},
                    {"shipping", nullptr},
                    {"tax_exempt", "none"},
                    {"test_clock", nullptr}});
  auto method = method_of(context);
  if (!method) return method.error();
  if (!method->is_null()) {
    const TestCard& card = card_of(*method);
    if (!card.declines_at_setup.empty()) {
      return card_error(*decline_named(card.declines_at_setup), {});
    }
    attach_to(context, *method, customer.text_at("id"));
  }
  context.work.put(Table::customers, customer);
  emit(context, "customer.created", customer);
  return ok(customer);
}

Reply get_customer(Context& context) {
  const Json* found = context.work.find(Table::customers, context.id);
  if (found != nullptr && is_deleted(*found)) return ok(*found);
  const auto customer = own(context, Table::customers, "customer");
  return customer ? ok(*customer) : customer.error();
}

Reply update_customer(Context& context) {
  auto customer = own(context, Table::customers, "customer");
  if (!customer) return customer.error();
  for (const std::string_view name : {"description", "email", "name", "phone"}) {
    if (context.params.at(name) != nullptr) set(*customer, name, context.params.text_at(name));
  }
  set(*customer, "metadata", merged_metadata(*customer, context.params));
  if (auto refused = set_default_method(context, *customer)) return *refused;
  context.work.put(Table::customers, *customer);
  emit(context, "customer.updated", *customer);
  return ok(*customer);
}

// The customer's cards are nobody's afterwards.
Reply delete_customer(Context& context) {
  const auto customer = own(context, Table::customers, "customer");
  if (!customer) return customer.error();
  const State& state = context.work.state();
  if (const auto* numbers = state.numbers_of(Table::methods, context.id)) {
    for (const std::uint64_t number : *numbers) {
      const std::string& id =
          state.ids(Table::methods)[number - state.first_number(Table::methods)];
      Json method = *context.work.find(Table::methods, id);
      if (method.text_at("customer") != context.id) continue;
      set(method, "customer", nullptr);
      context.work.put(Table::methods, std::move(method));
    }
  }
  const Json deleted =
      Json::object({{"id", context.id}, {"object", "customer"}, {"deleted", true}});
  context.work.put(Table::customers, deleted);
  emit(context, "customer.deleted", *customer);
  return ok(deleted);
}

Reply list_customers(Context& context) {
  constexpr std::array<std::string_view, 1> equal{"email"};
  return list(context, Table::customers, context.params, equal);
}

Reply create_ephemeral_key(Context& context) {
  if (context.stripe_version.empty()) {
    return invalid("", "", "The Stripe-Version header of the app's SDK is required here.");
  }
  if (auto refused = check_exists(context, Table::customers, "customer", "customer")) {
    return *refused;
  }
  const std::string customer = context.params.text_at("customer");
  const Json owner = Json::object({{"id", customer}, {"type", "customer"}});
  const std::int64_t now = unix_seconds(context.now);
  Json key = Json::object({{"id", new_id("ephkey_", context.random)},
                           {"object", "ephemeral_key"},
                           {"associated_objects", Json(Json::Array{owner})},
                           {"created", now},
                           {"expires", now + ephemeral_key_seconds},
                           {"livemode", false},
                           {"secret", new_id("ek_test_", context.random, 48)}});
  context.work.put(Table::ephemeral_keys, key);
  return ok(key);
}

Reply delete_ephemeral_key(Context& context) {
  auto key = own(context, Table::ephemeral_keys, "ephemeral key");
  if (!key) return key.error();
  set(*key, "expires", unix_seconds(context.now));
  Json gone = *key;
  set(gone, "deleted", true);
  context.work.put(Table::ephemeral_keys, std::move(gone));
  return ok(*key);
}

}  // namespace trayline::stripe_sim
