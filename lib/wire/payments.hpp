// What payments accepts: holds, captures, voids, cards to be saved, and what the provider says.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <variant>

#include "lib/base/describe.hpp"
#include "lib/base/ids.hpp"
#include "lib/base/money.hpp"

namespace trayline::wire::payments {

// How an order is paid: by the card that the customer saved, or to a cashier.
enum class Means { card, counter };
constexpr auto enum_names(Means) {
  using enum Means;
  return std::array{std::pair{card, std::string_view("card")},
                    std::pair{counter, std::string_view("counter")}};
}

// Put the amount on hold. A later attempt comes only after a definitive end of the one before.
struct Hold {
  static constexpr std::string_view kType = "hold";
  OrderId order;
  UserId user;
  SiteId site;
  Money amount;
  bool off_session = false;  // the customer is not there to answer a challenge
  Means means = Means::card;
  static void describe(auto& member, auto& self) {
    member("order", self.order);
    member("user", self.user);
    member("site", self.site);
    member("amount", self.amount);
    member.defaulted("off_session", self.off_session);
    member.defaulted("means", self.means);
  }
};

// The hold shall cover this amount: an increment, or where that is refused a new intent over the
// whole amount, after which the first is given back. Answered with a HoldResult.
struct Raise {
  static constexpr std::string_view kType = "raise";
  OrderId order;
  Money amount;
  bool off_session = true;
  static void describe(auto& member, auto& self) {
    member("order", self.order);
    member("amount", self.amount);
    member.defaulted("off_session", self.off_session);
  }
};

// Take at most the hold; the rest is released. tax_minor: the tax that the amount contains.
struct Capture {
  static constexpr std::string_view kType = "capture";
  OrderId order;
  Money amount;
  std::int64_t tax_minor = 0;
  static void describe(auto& member, auto& self) {
    member("order", self.order);
    member("amount", self.amount);
    member.defaulted("tax_minor", self.tax_minor);
  }
};

// Pay back a part of what was captured, or all that is left. The id makes it happen once. Answered
// with a RefundResult.
struct Refund {
  static constexpr std::string_view kType = "refund";
  OrderId order;
  RefundId refund;
  Money amount;
  std::int64_t tax_minor = 0;
  std::string reason;  // duplicate | fraudulent | requested_by_customer
  std::string who;
  static void describe(auto& member, auto& self) {
    member("order", self.order);
    member("refund", self.refund);
    member("amount", self.amount);
    member.defaulted("tax_minor", self.tax_minor);
    member.defaulted("reason", self.reason);
    member.defaulted("who", self.who);
  }
};

// A cashier took the money of an order that is paid at the counter.
struct CounterPaid {
  static constexpr std::string_view kType = "counter_paid";
  OrderId order;
  std::string who;
  static void describe(auto& member, auto& self) {
    member("order", self.order);
    member.defaulted("who", self.who);
  }
};

// Give the hold back, also one that is still being made.
struct Void {
  static constexpr std::string_view kType = "void";
  OrderId order;
  std::string reason;  // requested_by_customer | abandoned
  static void describe(auto& member, auto& self) {
    member("order", self.order);
    member("reason", self.reason);
  }
};

// A customer wants to save a card: the request is answered with the provider's secrets, which are
// stored nowhere.
struct SetUpCard {
  static constexpr std::string_view kType = "set_up_card";
  UserId user;
  std::string attempt;  // makes the provider's key stable for this wish
  static void describe(auto& member, auto& self) {
    member("user", self.user);
    member("attempt", self.attempt);
  }
};

// The provider knows the customer.
struct CustomerReady {
  static constexpr std::string_view kType = "customer_ready";
  UserId user;
  std::string customer;
  std::string refused = {};  // why the provider does not do it; then there is no customer
  Json secrets = {};         // for the waiting caller only; not part of any text or row
  static void describe(auto& member, auto& self) {
    member("user", self.user);
    member("customer", self.customer);
    member.defaulted("refused", self.refused);
  }
};

// The provider saved a card for the customer (its webhook, or read back).
struct CardSaved {
  static constexpr std::string_view kType = "card_saved";
  std::string customer;
  std::string method;
  static void describe(auto& member, auto& self) {
    member("customer", self.customer);
    member("method", self.method);
  }
};

enum class IntentStatus {
  requires_payment_method,
  requires_confirmation,
  requires_action,
  processing,
  requires_capture,
  succeeded,
  canceled,
};
constexpr auto enum_names(IntentStatus) {
  using enum IntentStatus;
  using namespace std::string_view_literals;
  return std::array{std::pair{requires_payment_method, "requires_payment_method"sv},
                    std::pair{requires_confirmation, "requires_confirmation"sv},
                    std::pair{requires_action, "requires_action"sv},
                    std::pair{processing, "processing"sv},
                    std::pair{requires_capture, "requires_capture"sv},
                    std::pair{succeeded, "succeeded"sv},
                    std::pair{canceled, "canceled"sv}};
}

// What the provider says of an order's payment, after any of our calls or by itself. One message
// for all of them: payments moves by the state of the object, not by who told it.
struct IntentSeen {
  static constexpr std::string_view kType = "intent_seen";
  OrderId order;
  std::int64_t attempt = 0;
  std::string step;    // create | confirm | capture | cancel: our call; event: by itself
  std::string intent;  // empty: the provider refused to make one
  IntentStatus status = IntentStatus::requires_payment_method;
  std::int64_t capturable_minor = 0;
  std::int64_t received_minor = 0;
  std::string decline_code;  // of the last refusal
  static void describe(auto& member, auto& self) {
    member("order", self.order);
    member("attempt", self.attempt);
    member("step", self.step);
    member("intent", self.intent);
    member("status", self.status);
    member.defaulted("capturable_minor", self.capturable_minor);
    member.defaulted("received_minor", self.received_minor);
    member.defaulted("decline_code", self.decline_code);
  }
};

inline constexpr std::string_view kService = "payments";
using In = std::variant<Hold, Raise, Capture, Void, Refund, CounterPaid, SetUpCard, CustomerReady,
                        CardSaved, IntentSeen>;

}  // namespace trayline::wire::payments
