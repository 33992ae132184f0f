// The provider's objects, as far as payments looks at them. Values.
#pragma once
#include <optional>
#include <string>

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
  std::string order_id;      // metadata[order_id]
  std::int64_t attempt = 0;  // metadata[attempt]
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
  std::string order_id;   // metadata[order_id]
  std::string refund_id;  // metadata[refund_id], ours
  std::string failure_reason;
};
struct CardMethod {
  std::string id;
  std::string customer;
  std::string brand;
  std::string last4;
  std::int64_t exp_month = 0;
  std::int64_t exp_year = 0;
};

// A dispute of a charge, or what was paid back of a charge so far.
struct Told {
  std::string id;
  std::string intent;
  Money amount;
  std::string reason;
};

}  // namespace trayline::stripe
