// The exact parameters of each call that payments makes, and the reading of each answer. Pure;
// provider.hpp sends.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "cloud/payments/stripe/client.hpp"
#include "cloud/payments/stripe/objects.hpp"
#include "lib/base/ids.hpp"
#include "lib/base/money.hpp"

namespace trayline::stripe {

// "tl-<order>-<step>-<attempt>": the same key for the same step, whoever repeats it.
std::string idempotency_key(const OrderId& order, std::string_view step, std::string_view attempt);

struct NewIntent {
  OrderId order;
  std::int64_t attempt = 1;
  Money amount;
  std::string customer;
  std::string payment_method;
};
enum class CancelReason { abandoned, requested_by_customer, duplicate, fraudulent };
enum class RefundReason { requested_by_customer, duplicate, fraudulent };

// The calls; key is the Idempotency-Key.
Call create_customer(const UserId& user, std::string key);
// sdk_version: the Stripe-Version of the app's SDK.
Call create_ephemeral_key(const std::string& customer, std::string sdk_version, std::string key);
// Saves a card for payments without the customer present.
Call create_setup_intent(const std::string& customer, std::string key);
// Manual capture; confirmed later, after its id was committed.
Call create_intent(const NewIntent& intent, std::string key);
// off_session: the customer is not present (walk-up, lapsed hold).
Call confirm_intent(const std::string& intent, bool off_session, std::string key);
Call capture_intent(const std::string& intent, std::int64_t amount_minor, std::string key);
Call cancel_intent(const std::string& intent, CancelReason reason, std::string key);
// amount_minor: the whole new amount of the hold.
Call increment_intent(const std::string& intent, std::int64_t amount_minor, std::string key);
struct NewRefund {
  OrderId order;
  RefundId refund;
  std::string intent;
  std::int64_t amount_minor = 0;
  RefundReason reason = RefundReason::requested_by_customer;
};
Call refund_intent(const NewRefund& refund, std::string key);
Call detach_method(const std::string& method, std::string key);
Call read_intent(const std::string& intent);
// One page, newest first; after: the last id of the page before, or empty.
// customer: empty for all of them.
Call list_intents(const std::string& customer, std::int64_t created_from_s, std::string after);
// intent: empty for all of them.
Call list_refunds(const std::string& intent, std::int64_t created_from_s, std::string after);

// invalid_argument where a member is missing or of the wrong type.
Result<Intent> decode_intent(const Json& json);
Result<SetupIntent> decode_setup_intent(const Json& json);
Result<EphemeralKey> decode_ephemeral_key(const Json& json);
Result<Refund> decode_refund(const Json& json);
Result<CardMethod> decode_method(const Json& json);
Result<Told> decode_dispute(const Json& json);
Result<Told> decode_refunded_charge(const Json& json);
Result<std::string> decode_customer(const Json& json);  // its id
template <class T>
struct Page {
  std::vector<T> rows;
  bool has_more = false;
};
Result<Page<Intent>> decode_intent_page(const Json& json);
Result<Page<Refund>> decode_refund_page(const Json& json);

// A webhook's body after verify_signature().
struct Event {
  std::string id;
  std::string type;  // "payment_intent.succeeded"
  std::int64_t created_s = 0;
  Json object;  // data.object: give it to decode_intent() and so on
};
Result<Event> decode_event(std::string_view body);

}  // namespace trayline::stripe
