#include "cloud/payments/stripe/calls.hpp"

#include "lib/base/check.hpp"

namespace trayline::stripe {
namespace {

constexpr int page_rows = 100;

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return text;
}

std::string_view text_of(CancelReason reason) {
  switch (reason) {
    case CancelReason::abandoned:
      return "abandoned";
    case CancelReason::requested_by_customer:
      return "requested_by_customer";
    case CancelReason::duplicate:
      return "duplicate";
    case CancelReason::fraudulent:
      return "fraudulent";
  }
  return "";
}

std::string_view text_of(RefundReason reason) {
  switch (reason) {
    case RefundReason::requested_by_customer:
      return "requested_by_customer";
    case RefundReason::duplicate:
      return "duplicate";
    case RefundReason::fraudulent:
      return "fraudulent";
  }
  return "";
}

Call post(std::string path, Params params, std::string key) {
  return {.method = "POST",
          .path = std::move(path),
          .params = std::move(params),
          .idempotency_key = std::move(key)};
}

Call page(std::string path, Params params, std::string after) {
  if (!after.empty()) params.emplace_back("starting_after", std::move(after));
  return {
      .method = "GET", .path = std::move(path), .params = std::move(params), .idempotency_key = {}};
}

std::string intent_path(const std::string& intent, std::string_view verb) {
  return "/v1/payment_intents/" + intent + std::string(verb);
}

}  // namespace

std::string idempotency_key(const OrderId& order, std::string_view step, std::string_view attempt) {
  return "tl-" + order.value + "-" + std::string(step) + "-" + std::string(attempt);
}

Call create_customer(const UserId& user, std::string key) {
  return post("/v1/customers", {{"metadata[user_id]", user.value}}, std::move(key));
}

Call create_ephemeral_key(const std::string& customer, std::string sdk_version, std::string key) {
  Call call = post("/v1/ephemeral_keys", {{"customer", customer}}, std::move(key));
  call.api_version = std::move(sdk_version);
  return call;
}

Call create_setup_intent(const std::string& customer, std::string key) {
  return post(
      "/v1/setup_intents",
      {{"customer", customer}, {"usage", "off_session"}, {"payment_method_types[0]", "card"}},
      std::move(key));
}

Call create_intent(const NewIntent& intent, std::string key) {
  check(intent.amount.minor > 0, "an intent is for a positive amount");
  return post("/v1/payment_intents",
              {{"amount", std::to_string(intent.amount.minor)},
               {"currency", lower(intent.amount.currency.str())},
               {"customer", intent.customer},
               {"payment_method", intent.payment_method},
               {"payment_method_types[0]", "card"},
               {"capture_method", "manual"},
               {"metadata[order_id]", intent.order.value},
               {"metadata[attempt]", std::to_string(intent.attempt)}},
              std::move(key));
}

Call confirm_intent(const std::string& intent, bool off_session, std::string key) {
  Params params;
  if (off_session) params.emplace_back("off_session", "true");
  return post(intent_path(intent, "/confirm"), std::move(params), std::move(key));
}

Call capture_intent(const std::string& intent, std::int64_t amount_minor, std::string key) {
  check(amount_minor > 0, "a capture is of a positive amount");
  return post(intent_path(intent, "/capture"),
              {{"amount_to_capture", std::to_string(amount_minor)}}, std::move(key));
}

Call cancel_intent(const std::string& intent, CancelReason reason, std::string key) {
  return post(intent_path(intent, "/cancel"),
              {{"cancellation_reason", std::string(text_of(reason))}}, std::move(key));
}

Call increment_intent(const std::string& intent, std::int64_t amount_minor, std::string key) {
  check(amount_minor > 0, "a hold is of a positive amount");
  return post(intent_path(intent, "/increment_authorization"),
              {{"amount", std::to_string(amount_minor)}}, std::move(key));
}

Call refund_intent(const NewRefund& refund, std::string key) {
  check(refund.amount_minor > 0, "a refund is of a positive amount");
  return post("/v1/refunds",
              {{"payment_intent", refund.intent},
               {"amount", std::to_string(refund.amount_minor)},
               {"reason", std::string(text_of(refund.reason))},
               {"metadata[order_id]", refund.order.value},
               {"metadata[refund_id]", refund.refund.value}},
              std::move(key));
}

Call detach_method(const std::string& method, std::string key) {
  return post("/v1/payment_methods/" + method + "/detach", {}, std::move(key));
}

Call read_intent(const std::string& intent) {
  return {.method = "GET", .path = intent_path(intent, ""), .params = {}, .idempotency_key = {}};
}

Call list_intents(const std::string& customer, std::int64_t created_from_s, std::string after) {
  Params params{{"created[gte]", std::to_string(created_from_s)},
                {"limit", std::to_string(page_rows)}};
  if (!customer.empty()) params.emplace(params.begin(), "customer", customer);
  return page("/v1/payment_intents", std::move(params), std::move(after));
}

Call list_refunds(const std::string& intent, std::int64_t created_from_s, std::string after) {
  Params params{{"limit", std::to_string(page_rows)}};
  if (created_from_s > 0) params.emplace_back("created[gte]", std::to_string(created_from_s));
  if (!intent.empty()) params.emplace(params.begin(), "payment_intent", intent);
  return page("/v1/refunds", std::move(params), std::move(after));
}

}  // namespace trayline::stripe
