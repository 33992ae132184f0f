// One order's payment, as a row. Values.
#pragma once
#include <array>
#include <string>
#include <string_view>

#include "lib/base/clock.hpp"
#include "lib/base/describe.hpp"
#include "lib/wire/payments.hpp"

namespace trayline::payments {

using wire::payments::IntentStatus;
using wire::payments::Means;

// creating, confirming, raising, capturing, voiding: the provider was asked and has not answered
// for sure. Terminal: captured, voided. declined and lapsed may be followed by another attempt.
enum class PaymentState {
  creating,
  confirming,
  action_required,
  held,
  raising,
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
                    std::pair{raising, "raising"sv},
                    std::pair{capturing, "capturing"sv},
                    std::pair{captured, "captured"sv},
                    std::pair{voiding, "voiding"sv},
                    std::pair{voided, "voided"sv},
                    std::pair{declined, "declined"sv},
                    std::pair{lapsed, "lapsed"sv}};
}

// How far a raise is: the hold is incremented, or another intent takes its place.
enum class RaiseStep { none, increment, create, confirm, action };
constexpr auto enum_names(RaiseStep) {
  using enum RaiseStep;
  using namespace std::string_view_literals;
  return std::array{std::pair{none, "none"sv}, std::pair{increment, "increment"sv},
                    std::pair{create, "create"sv}, std::pair{confirm, "confirm"sv},
                    std::pair{action, "action"sv}};
}

// A greater hold on its way. The hold before stays the payment's until the other one stands.
struct RaiseUnderWay {
  RaiseStep step = RaiseStep::none;
  std::int64_t amount_minor = 0;
  bool off_session = true;
  std::int64_t attempt = 0;  // of the other intent
  std::string intent;
  std::int64_t asked_ms = 0;
  static void describe(auto& member, auto& self) {
    member("step", self.step);
    member("amount_minor", self.amount_minor);
    member("off_session", self.off_session);
    member("attempt", self.attempt);
    member("intent", self.intent);
    member("asked_ms", self.asked_ms);
  }
};

struct Payment {
  OrderId order;
  UserId user;
  SiteId site;
  Means means = Means::card;
  PaymentState state = PaymentState::creating;
  std::int64_t attempt = 1;   // of the intent; the next comes only after a definitive end
  std::int64_t attempts = 1;  // given out so far
  std::int64_t captures = 0;  // asked for so far: a refused one is asked again under a new key
  std::int64_t raises = 0;    // increments asked for so far
  std::int64_t revision = 1;  // of the row
  Money amount;
  std::int64_t hold_minor = 0;
  std::int64_t asking_minor = 0;  // of the capture under way
  std::int64_t captured_minor = 0;
  std::int64_t tax_minor = 0;        // in the capture
  std::int64_t refunding_minor = 0;  // asked for, not ended
  std::int64_t refunded_minor = 0;
  std::int64_t refunded_tax_minor = 0;
  std::string customer;  // the provider's ids
  std::string method;
  std::string intent;
  RaiseUnderWay raise;
  bool off_session = false;
  bool void_asked = false;       // as soon as the provider has answered, the hold is given back
  std::int64_t asked_ms = 0;     // when the intent was asked for
  std::int64_t deadline_ms = 0;  // until then the hold stands; 0: there is none
  std::string reason;            // of the last refusal: the provider's word
};

}  // namespace trayline::payments
