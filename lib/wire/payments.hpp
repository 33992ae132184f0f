// What payments accepts: holds, captures, voids, refunds, wishes about cards, and what the provider
// says (payments_provider.hpp), and about its own books (payments_books.hpp).
#pragma once
#include <array>
#include <optional>
#include <string>
#include <variant>

#include "lib/base/describe.hpp"
#include "lib/base/ids.hpp"
#include "lib/base/money.hpp"
#include "lib/wire/payments_books.hpp"
#include "lib/wire/payments_provider.hpp"

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

// A customer's wish about a saved card: to pay with it from now on, or to forget it.
struct CardWish {
  static constexpr std::string_view kType = "card_wish";
  UserId user;
  std::string method;
  bool forget = false;
  static void describe(auto& member, auto& self) {
    member("user", self.user), member("method", self.method);
    member.defaulted("forget", self.forget);
  }
};

// A customer asks how the payment stands; where a bank wants a confirmation, the answer holds the
// provider's secret for the app.
struct ShowPayment {
  static constexpr std::string_view kType = "show_payment";
  OrderId order;
  UserId user;
  bool staff = false;
  std::string wish;  // makes the question one of its own
  static void describe(auto& member, auto& self) {
    member("order", self.order);
    member("user", self.user);
    member.defaulted("staff", self.staff);
    member("wish", self.wish);
  }
};

// The provider's answer to it. The secret is for the waiting caller only; not part of any text.
struct SecretSeen {
  static constexpr std::string_view kType = "secret_seen";
  OrderId order;
  std::string intent;
  Json secrets = {};
  static void describe(auto& member, auto& self) {
    member("order", self.order);
    member("intent", self.intent);
  }
};

inline constexpr std::string_view kService = "payments";
using In = std::variant<Hold, Raise, Capture, Void, Refund, CounterPaid, SetUpCard, CustomerReady,
                        CardSaved, IntentSeen, RefundSeen, Notice, CardGone, CardWish, ShowPayment,
                        SecretSeen, LookAgain, LookAtParked, Begin, Stop, Resume, CompareBooks,
                        Compared, DisputeSeen>;

}  // namespace trayline::wire::payments
