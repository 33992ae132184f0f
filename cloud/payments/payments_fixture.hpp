// One payment of an order of 12.00, and decisions about it in words. For tests of decisions.
#pragma once
#include <string>

#include "cloud/payments/payments.hpp"
#include "lib/wire/orders.hpp"

namespace trayline::payments {

using wire::payments::In;
using wire::payments::IntentSeen;

class PaymentsTest : public testing::Test {
 protected:
  PaymentsTest() {
    Payment p;
    p.order = OrderId("o1");
    p.user = UserId("ann");
    p.site = SiteId("main");
    p.amount = Money{1200, *Currency::parse("EUR")};
    p.customer = "cus_1";
    p.method = "pm_1";
    p.intent = "pi_1";
    snapshot.payments[p.order] = p;
    snapshot.customers[p.user] = {p.user, "cus_1", "pm_1"};
    snapshot.by_customer["cus_1"] = p.user;
  }
  Payment& payment() { return snapshot.payments.at(OrderId("o1")); }
  void at(PaymentState state, std::int64_t hold = 1200) {
    payment().state = state;
    payment().hold_minor = hold;
    payment().asking_minor = state == PaymentState::capturing ? 1200 : 0;
  }
  IntentSeen seen(IntentStatus status, const std::string& step) {
    IntentSeen m;
    m.order = OrderId("o1");
    m.attempt = step == "event" ? 0 : 1;
    m.step = step;
    m.intent = "pi_1";
    m.status = status;
    m.capturable_minor = status == IntentStatus::requires_capture ? 1200 : 0;
    m.received_minor = status == IntentStatus::succeeded ? 1200 : 0;
    return m;
  }
  Decision decide(const In& in) const { return decide_payment(snapshot, in, 0, now); }
  // What a decision changed becomes what the next one sees.
  Decision then(const In& in) {
    Decision d = decide(in);
    apply_decision(snapshot, d);
    return d;
  }

  // "held told authorised effect payments.cancel", or "-" where nothing moved.
  static std::string words(const Decision& d) {
    std::string text;
    const auto& after = d.changed ? d.changed : d.placed;
    text += after ? std::string(enum_name(after->state)) : "-";
    for (const host::Message& m : d.out.messages) {
      const auto& in = std::any_cast<const wire::orders::In&>(m.body);
      if (const auto* hold = std::get_if<wire::orders::HoldResult>(&in)) {
        text += " hold:" + std::string(enum_name(hold->outcome));
      } else if (const auto* capture = std::get_if<wire::orders::CaptureResult>(&in)) {
        text += " capture:" + std::string(enum_name(capture->outcome));
      }
      if (const auto* refund = std::get_if<wire::orders::RefundResult>(&in)) {
        text += " refund:" + std::string(enum_name(refund->outcome));
      } else if (std::holds_alternative<wire::orders::HoldEnding>(in)) {
        text += " ending";
      }
    }
    for (const host::Effect& e : d.out.effects) text += " " + e.kind;
    return text;
  }

  Snapshot snapshot;
  Time now = from_ms(1'790'000'000'000);
};

}  // namespace trayline::payments
