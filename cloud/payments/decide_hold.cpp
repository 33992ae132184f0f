// A hold is asked for: the first one, or one after a definitive end of the one before.
#include "cloud/payments/change.hpp"

namespace trayline::payments {

using enum PaymentState;
using wire::orders::HoldOutcome;

void begin_attempt(Change& change, const Snapshot& snapshot) {
  Payment& p = change.p;
  p.state = creating;
  p.hold_minor = 0;
  p.deadline_ms = 0;
  p.intent.clear();
  p.reason.clear();
  p.void_asked = false;
  p.raise = {};
  p.asked_ms = to_ms(change.now);
  if (p.means == Means::counter) {
    p.customer.clear();
    p.method = "counter";
    return change.ask("create");
  }
  const auto customer = snapshot.customers.find(p.user);
  if (customer == snapshot.customers.end() || customer->second.method.empty()) {
    p.state = declined;
    p.reason = "no_card";
    return change.tell_hold(HoldOutcome::no_card, p.reason);
  }
  p.customer = customer->second.customer;
  p.method = customer->second.method;
  change.ask("create");
}

Decision decide_hold(const Snapshot& snapshot, const wire::payments::Hold& m, Time now) {
  Decision d;
  const auto known = snapshot.payments.find(m.order);
  if (known == snapshot.payments.end()) {
    Payment fresh;
    fresh.order = m.order;
    fresh.user = m.user;
    fresh.site = m.site;
    fresh.amount = m.amount;
    fresh.off_session = m.off_session;
    fresh.means = m.means;
    Change change(d, std::move(fresh), now);
    begin_attempt(change, snapshot);
    change.finish(true);
    take_up(d, snapshot, m.order.value);
    return d;
  }
  Change change(d, known->second, now);
  Payment& p = change.p;
  if (p.state == held && p.means == m.means) {
    change.tell_hold(HoldOutcome::authorised);
    return d;
  }
  if (p.state != held && p.state != declined && p.state != lapsed) return d;  // one at a time
  // By other means: the hold is given back under its own. The declined intent could still hold
  // money when its bank thinks again.
  if (p.state != lapsed && !p.intent.empty()) change.ask("cancel");
  p.attempt = ++p.attempts;
  p.amount = m.amount;
  p.off_session = m.off_session;
  p.means = m.means;
  begin_attempt(change, snapshot);
  change.finish();
  return d;
}

}  // namespace trayline::payments
