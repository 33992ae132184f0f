// What the payment provider says, whoever asked it: intents, refunds, cards, disputes.
#pragma once
#include <array>
#include <string>

#include "lib/base/describe.hpp"
#include "lib/base/ids.hpp"
#include "lib/base/money.hpp"

namespace trayline::wire::payments {

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

// All that is said of an order's intents: payments moves by their state, not by who told it.
struct IntentSeen {
  static constexpr std::string_view kType = "intent_seen";
  OrderId order;
  std::int64_t attempt = 0;
  // create | confirm | capture | cancel | increment: our call; look: read back; event: by itself
  std::string step;
  std::string intent;  // empty: the provider refused to make one
  IntentStatus status = IntentStatus::requires_payment_method;
  std::int64_t capturable_minor = 0;
  std::int64_t received_minor = 0;
  std::string decline_code;     // of the last refusal
  std::int64_t created_ms = 0;  // when the provider made the intent; 0: not said
  static void describe(auto& member, auto& self) {
    member("order", self.order);
    member("attempt", self.attempt);
    member("step", self.step);
    member("intent", self.intent);
    member("status", self.status);
    member.defaulted("capturable_minor", self.capturable_minor);
    member.defaulted("received_minor", self.received_minor);
    member.defaulted("decline_code", self.decline_code);
    member.defaulted("created_ms", self.created_ms);
  }
};

// status: pending | requires_action | succeeded | failed | canceled.
struct RefundSeen {
  static constexpr std::string_view kType = "refund_seen";
  OrderId order;
  RefundId refund;       // ours, from its metadata
  std::string provider;  // the provider's id of it; empty: refused before there was one
  std::string status;
  std::string reason;
  static void describe(auto& member, auto& self) {
    member("order", self.order);
    member("refund", self.refund);
    member.defaulted("provider", self.provider);
    member("status", self.status);
    member.defaulted("reason", self.reason);
  }
};

// Happened to a payment outside of the product, for staff: dispute | refund | capture.
struct Notice {
  static constexpr std::string_view kType = "notice";
  std::string id;  // of the provider's object; the same one again changes nothing
  std::string what;
  std::string intent;
  Money amount;
  std::string reason;
  static void describe(auto& member, auto& self) {
    member("id", self.id);
    member("what", self.what);
    member("intent", self.intent);
    member("amount", self.amount);
    member.defaulted("reason", self.reason);
  }
};

// The provider saved a card for the customer (its webhook, or read back). The later members are
// empty where the provider did not say them.
struct CardSaved {
  static constexpr std::string_view kType = "card_saved";
  std::string customer;
  std::string method;
  std::string brand = {};
  std::string last4 = {};
  std::int64_t exp_month = 0;
  std::int64_t exp_year = 0;
  static void describe(auto& member, auto& self) {
    member("customer", self.customer);
    member("method", self.method);
    member.defaulted("brand", self.brand);
    member.defaulted("last4", self.last4);
    member.defaulted("exp_month", self.exp_month);
    member.defaulted("exp_year", self.exp_year);
  }
};

// The provider forgot a card.
struct CardGone {
  static constexpr std::string_view kType = "card_gone";
  std::string method;
  static void describe(auto& member, auto& self) { member("method", self.method); }
};

}  // namespace trayline::wire::payments
