// What payments asks of Stripe, in our words: the exact parameters of each call and the reading of
// each answer. Builders and readers are pure; Provider sends. Belongs to the loop's thread.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "cloud/payments/stripe/client.hpp"
#include "lib/base/ids.hpp"
#include "lib/base/money.hpp"

namespace trayline::stripe {

enum class IntentStatus {
  requires_payment_method,
  requires_confirmation,
  requires_action,
  processing,
  requires_capture,
  succeeded,
  canceled,
};

struct Intent {
  std::string id;
  IntentStatus status = IntentStatus::requires_payment_method;
  Money amount;
  std::int64_t amount_capturable_minor = 0;
  std::int64_t amount_received_minor = 0;
  std::string client_secret;  // for the app alone; never stored
  std::string customer;
  std::string payment_method;
  std::string order_id;  // metadata[order_id]
  std::string cancellation_reason;
  std::int64_t created_s = 0;  // unix
  std::optional<ProviderError> last_error;
};
struct SetupIntent {
  std::string id;
  std::string status;
  std::string client_secret;
  std::string customer;
  std::string payment_method;
};
struct EphemeralKey {
  std::string id;
  std::string secret;
};
struct Refund {
  std::string id;
  std::string intent;
  std::int64_t amount_minor = 0;
  std::string status;
};

// How a call ended without success.
struct Failure {
  enum class Kind {
    declined,         // the card's issuer said no (402); another attempt is a new key
    needs_customer,   // authentication_required: the customer must confirm in the app
    refused,          // the request does not fit the state, or is wrong: look at intent
    missing,          // no such object
    misconfigured,    // the key is refused
    unknown_outcome,  // read it back
    unavailable,      // surely nothing happened
    exhausted,        // surely nothing happened, too many calls
  };
  Kind kind = Kind::unavailable;
  ProviderError error;
  std::optional<Intent> intent;  // as it stands now, where the answer told
};
template <class T>
using Outcome = tl::expected<T, Failure>;

// "tl-<order>-<step>-<attempt>": the same key for the same step, whoever repeats it.
std::string idempotency_key(const OrderId& order, std::string_view step, std::string_view attempt);

struct NewIntent {
  OrderId order;
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
Call refund_intent(const std::string& intent, std::int64_t amount_minor, RefundReason reason,
                   std::string key);
Call read_intent(const std::string& intent);
// One page, newest first; after: the last id of the page before, or empty.
Call list_intents(const std::string& customer, std::int64_t created_from_s, std::string after);

// invalid_argument where a member is missing or of the wrong type.
Result<Intent> decode_intent(const Json& json);
Result<SetupIntent> decode_setup_intent(const Json& json);
Result<EphemeralKey> decode_ephemeral_key(const Json& json);
Result<Refund> decode_refund(const Json& json);
Result<std::string> decode_customer(const Json& json);  // its id
struct IntentPage {
  std::vector<Intent> intents;
  bool has_more = false;
};
Result<IntentPage> decode_intent_page(const Json& json);

// A webhook's body after verify_signature().
struct Event {
  std::string id;
  std::string type;  // "payment_intent.succeeded"
  std::int64_t created_s = 0;
  Json object;  // data.object: give it to decode_intent() and so on
};
Result<Event> decode_event(std::string_view body);

// Sends the calls and reads the answers.
class Provider {
 public:
  template <class T>
  using Done = std::function<void(Outcome<T>)>;

  explicit Provider(Client& client) : client_(client) {}

  void create_customer(const UserId& user, std::string key, Done<std::string> done);
  void create_ephemeral_key(const std::string& customer, std::string sdk_version, std::string key,
                            Done<EphemeralKey> done);
  void create_setup_intent(const std::string& customer, std::string key, Done<SetupIntent> done);
  void create_intent(const NewIntent& intent, std::string key, Done<Intent> done);
  void confirm(const std::string& intent, bool off_session, std::string key, Done<Intent> done);
  void capture(const std::string& intent, std::int64_t amount_minor, std::string key,
               Done<Intent> done);
  void cancel(const std::string& intent, CancelReason reason, std::string key, Done<Intent> done);
  void refund(const std::string& intent, std::int64_t amount_minor, RefundReason reason,
              std::string key, Done<Refund> done);
  void read_intent(const std::string& intent, Done<Intent> done);
  // The intent of this order among the customer's since then, for a create whose reply was lost.
  // missing where there is none.
  void find_intent(const std::string& customer, const OrderId& order, std::int64_t created_from_s,
                   Done<Intent> done);

 private:
  Client& client_;
};

}  // namespace trayline::stripe
