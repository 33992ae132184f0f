// Payments as decisions see them: one payment per order, moved by what the provider says of its
// intent. Pure values and functions; docs/spec/orders.md [orders-4] has the rules.
#pragma once
#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/clock.hpp"
#include "lib/host/service.hpp"
#include "lib/wire/payments.hpp"

namespace trayline::payments {

using wire::payments::IntentStatus;

// capturing and voiding: the provider was asked and has not answered for sure. Terminal: captured,
// voided. declined and lapsed may be followed by another attempt.
enum class PaymentState {
  creating,
  confirming,
  action_required,
  held,
  capturing,
  captured,
  voiding,
  voided,
  declined,
  lapsed,
};
constexpr auto enum_names(PaymentState) {
  using enum PaymentState;
  using namespace std::string_view_literals;
  return std::array{std::pair{creating, "creating"sv},
                    std::pair{confirming, "confirming"sv},
                    std::pair{action_required, "action_required"sv},
                    std::pair{held, "held"sv},
                    std::pair{capturing, "capturing"sv},
                    std::pair{captured, "captured"sv},
                    std::pair{voiding, "voiding"sv},
                    std::pair{voided, "voided"sv},
                    std::pair{declined, "declined"sv},
                    std::pair{lapsed, "lapsed"sv}};
}

struct Payment {
  OrderId order;
  UserId user;
  SiteId site;
  PaymentState state = PaymentState::creating;
  std::int64_t attempt = 1;   // the next comes only after a definitive end of this one
  std::int64_t revision = 1;  // of the row
  Money amount;
  std::int64_t hold_minor = 0;
  std::int64_t captured_minor = 0;
  std::string customer;  // the provider's ids
  std::string method;
  std::string intent;
  bool off_session = false;
  bool void_asked = false;  // as soon as the provider has answered, the hold is given back
  std::string reason;
};

struct Customer {
  UserId user;
  std::string customer;
  std::string method;  // empty: no card saved yet
};

struct Snapshot {
  std::map<OrderId, Payment> payments;
  std::map<UserId, Customer> customers;
  std::map<std::string, UserId> by_customer;
};

struct LedgerRow {
  OrderId order;
  std::string entry;    // "capture-<attempt>"
  std::string account;  // "provider" | "sales:<site>"
  Money amount;
};

struct Decision {
  std::optional<Payment> placed;  // a new row
  std::optional<Payment> changed;
  std::int64_t was_revision = 0;
  std::optional<Customer> customer;
  std::vector<LedgerRow> ledger;
  host::Output out;
};

Decision decide_payment(const Snapshot& snapshot, const wire::payments::In& in,
                        std::uint64_t request);

// tl-<order>-<step>-<attempt>, the provider's idempotency key.
std::string provider_key(const OrderId& order, std::string_view step, std::int64_t attempt);

}  // namespace trayline::payments
