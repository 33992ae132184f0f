// Reading of the provider's objects.
#include <array>
#include <charconv>

#include "cloud/payments/stripe/calls.hpp"

namespace trayline::stripe {
namespace {

constexpr std::array<std::pair<std::string_view, IntentStatus>, 7> statuses{{
    {"requires_payment_method", IntentStatus::requires_payment_method},
    {"requires_confirmation", IntentStatus::requires_confirmation},
    {"requires_action", IntentStatus::requires_action},
    {"processing", IntentStatus::processing},
    {"requires_capture", IntentStatus::requires_capture},
    {"succeeded", IntentStatus::succeeded},
    {"canceled", IntentStatus::canceled},
}};

// Members of one object; remembers the first that is missing or of the wrong type.
class Reader {
 public:
  Reader(const Json& json, std::string_view object) : json_(json) {
    if (json.text_at("object") != object) wrong_ = "object is not " + std::string(object);
  }
  std::string text(std::string_view name) {
    const Json* member = json_.at(name);
    if (member == nullptr || member->as_string() == nullptr) return miss<std::string>(name);
    return *member->as_string();
  }
  // An id, or the expanded object with that id, or nothing.
  std::string id(std::string_view name) const {
    const Json* member = json_.at(name);
    if (member == nullptr) return "";
    return member->as_string() != nullptr ? *member->as_string() : member->text_at("id");
  }
  std::int64_t integer(std::string_view name) {
    const Json* member = json_.at(name);
    if (member == nullptr || member->as_int() == nullptr) return miss<std::int64_t>(name);
    return *member->as_int();
  }
  Currency currency(std::string_view name) {
    std::string upper = text(name);
    for (char& c : upper) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    const auto parsed = Currency::parse(upper);
    return parsed ? *parsed : miss<Currency>(name);
  }
  IntentStatus status() {
    const std::string name = text("status");
    for (const auto& [known, status] : statuses) {
      if (known == name) return status;
    }
    return miss<IntentStatus>("status");
  }
  template <class T>
  Result<T> give(T value) const {
    if (!wrong_.empty()) return fail(Code::invalid_argument, "the provider's answer: " + wrong_);
    return value;
  }

 private:
  template <class T>
  T miss(std::string_view name) {
    if (wrong_.empty()) wrong_ = std::string(name) + " cannot be read";
    return T{};
  }
  const Json& json_;
  std::string wrong_;
};

}  // namespace

Result<Intent> decode_intent(const Json& json) {
  Reader read(json, "payment_intent");
  Intent intent{.id = read.text("id"),
                .status = read.status(),
                .amount = {read.integer("amount"), read.currency("currency")},
                .amount_capturable_minor = json.int_at("amount_capturable"),
                .amount_received_minor = json.int_at("amount_received"),
                .client_secret = json.text_at("client_secret"),
                .customer = read.id("customer"),
                .payment_method = read.id("payment_method"),
                .order_id = {},
                .attempt = 0,
                .cancellation_reason = json.text_at("cancellation_reason"),
                .created_s = read.integer("created"),
                .last_error = {}};
  if (const Json* metadata = json.at("metadata")) {
    intent.order_id = metadata->text_at("order_id");
    const std::string attempt = metadata->text_at("attempt");
    std::from_chars(attempt.data(), attempt.data() + attempt.size(), intent.attempt);
  }
  if (const Json* error = json.at("last_payment_error"); error != nullptr && !error->is_null()) {
    intent.last_error = decode_error(*error);
  }
  return read.give(std::move(intent));
}

Result<SetupIntent> decode_setup_intent(const Json& json) {
  Reader read(json, "setup_intent");
  SetupIntent setup{.id = read.text("id"),
                    .status = read.text("status"),
                    .client_secret = json.text_at("client_secret"),
                    .customer = read.id("customer"),
                    .payment_method = read.id("payment_method")};
  return read.give(std::move(setup));
}

Result<EphemeralKey> decode_ephemeral_key(const Json& json) {
  Reader read(json, "ephemeral_key");
  EphemeralKey key{.id = read.text("id"), .secret = read.text("secret")};
  return read.give(std::move(key));
}

Result<Refund> decode_refund(const Json& json) {
  Reader read(json, "refund");
  Refund refund{.id = read.text("id"),
                .intent = read.id("payment_intent"),
                .amount_minor = read.integer("amount"),
                .status = json.text_at("status"),
                .order_id = {},
                .refund_id = {},
                .failure_reason = json.text_at("failure_reason")};
  if (const Json* metadata = json.at("metadata")) {
    refund.order_id = metadata->text_at("order_id");
    refund.refund_id = metadata->text_at("refund_id");
  }
  return read.give(std::move(refund));
}

Result<CardMethod> decode_method(const Json& json) {
  Reader read(json, "payment_method");
  CardMethod method{.id = read.text("id"),
                    .customer = read.id("customer"),
                    .brand = {},
                    .last4 = {},
                    .exp_month = 0,
                    .exp_year = 0};
  if (const Json* card = json.at("card"); card != nullptr) {
    method.brand = card->text_at("brand");
    method.last4 = card->text_at("last4");
    method.exp_month = card->int_at("exp_month");
    method.exp_year = card->int_at("exp_year");
  }
  return read.give(std::move(method));
}

Result<Told> decode_dispute(const Json& json) {
  Reader read(json, "dispute");
  Told told{.id = read.text("id"),
            .intent = read.id("payment_intent"),
            .amount = {read.integer("amount"), read.currency("currency")},
            .reason = json.text_at("reason")};
  return read.give(std::move(told));
}

Result<Told> decode_refunded_charge(const Json& json) {
  Reader read(json, "charge");
  Told told{.id = read.text("id"),
            .intent = read.id("payment_intent"),
            .amount = {read.integer("amount_refunded"), read.currency("currency")},
            .reason = {}};
  return read.give(std::move(told));
}

Result<std::string> decode_customer(const Json& json) {
  Reader read(json, "customer");
  std::string id = read.text("id");
  return read.give(std::move(id));
}

namespace {

template <class T>
Result<Page<T>> decode_page(const Json& json, Result<T> (*decode)(const Json&)) {
  const Json* data = json.at("data");
  const Json* more = json.at("has_more");
  if (data == nullptr || data->as_array() == nullptr || more == nullptr ||
      more->as_bool() == nullptr) {
    return fail(Code::invalid_argument, "the provider's answer is not a list");
  }
  Page<T> page{.rows = {}, .has_more = *more->as_bool()};
  for (const Json& row : *data->as_array()) {
    auto value = decode(row);
    if (!value) return fail(value.error());
    page.rows.push_back(std::move(*value));
  }
  return page;
}

}  // namespace

Result<Page<Intent>> decode_intent_page(const Json& json) {
  return decode_page(json, decode_intent);
}

Result<Page<Refund>> decode_refund_page(const Json& json) {
  return decode_page(json, decode_refund);
}

Result<Event> decode_event(std::string_view body) {
  auto json = parse_json(body);
  if (!json) return fail(json.error());
  Reader read(*json, "event");
  Event event{.id = read.text("id"),
              .type = read.text("type"),
              .created_s = read.integer("created"),
              .object = {}};
  const Json* object = json->at("data", "object");
  if (object == nullptr || object->as_object() == nullptr) {
    return fail(Code::invalid_argument, "the event has no data.object");
  }
  event.object = *object;
  return read.give(std::move(event));
}

}  // namespace trayline::stripe
