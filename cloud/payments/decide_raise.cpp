// A greater hold: the hold is incremented; where that is refused another intent over the whole
// amount takes its place, and only when that one holds is the first given back.
#include "cloud/payments/change.hpp"
#include "lib/base/check.hpp"

namespace trayline::payments {
namespace {

using enum PaymentState;
using wire::orders::HoldOutcome;
using wire::payments::IntentSeen;

void begin_other(Change& change) {
  RaiseUnderWay& raise = change.p.raise;
  raise.step = RaiseStep::create;
  raise.attempt = ++change.p.attempts;
  raise.asked_ms = to_ms(change.now);
  change.ask_raise("create");
}

// Back to the hold that stands, or to none.
void settle(Change& change) {
  change.p.raise = {};
  change.p.state = change.p.hold_minor > 0 ? held : lapsed;
  if (!change.p.void_asked) return;
  if (change.p.state == held) return change.give_back();
  change.p.state = voided;
}

void refused(Change& change, const std::string& why) {
  Payment& p = change.p;
  if (!p.raise.intent.empty()) {  // its bank could think again
    change.cancel_other(p.raise.intent, provider_key(p.order, "cancel", p.raise.attempt));
  }
  settle(change);
  p.reason = why;
  if (p.void_asked) return;
  change.tell_hold(p.state == held ? HoldOutcome::raise_declined : HoldOutcome::declined, why);
}

void raised(Change& change, std::int64_t hold_minor) {
  Payment& p = change.p;
  p.amount.minor = std::max(p.amount.minor, p.raise.amount_minor);
  p.hold_minor = hold_minor;
  p.reason.clear();
  settle(change);
  if (!p.void_asked) change.tell_hold(HoldOutcome::authorised);
}

// The other intent is the payment's now, and the first is given back.
void adopt_other(Change& change, const IntentSeen& seen) {
  Payment& p = change.p;
  change.cancel_other(p.intent, provider_key(p.order, "cancel", p.attempt));
  p.intent = p.raise.intent;
  p.attempt = p.raise.attempt;
  p.off_session = p.raise.off_session;
  p.asked_ms = p.raise.asked_ms;
  const Millis days = p.off_session ? kHoldOffSession : kHoldOnSession;
  p.deadline_ms = (seen.created_ms > 0 ? seen.created_ms : p.raise.asked_ms) + days.count();
}

bool move_increment(Change& change, const IntentSeen& seen) {
  Payment& p = change.p;
  const bool enough = seen.status == IntentStatus::requires_capture &&
                      seen.capturable_minor >= p.raise.amount_minor;
  if (enough) {
    raised(change, seen.capturable_minor);
    return true;
  }
  if (seen.status == IntentStatus::canceled) p.hold_minor = 0;
  if (seen.step != "increment") return seen.status == IntentStatus::canceled;
  if (p.void_asked) {
    settle(change);
  } else {
    begin_other(change);
  }
  return true;
}

bool move_other(Change& change, const IntentSeen& seen) {
  Payment& p = change.p;
  RaiseUnderWay& raise = p.raise;
  if (seen.intent.empty()) {
    refused(change, seen.decline_code);
    return true;
  }
  const bool created = raise.step == RaiseStep::create;
  raise.intent = seen.intent;
  if (seen.status == IntentStatus::succeeded) {
    adopt_other(change, seen);
    taken(change, seen.received_minor);
    return true;
  }
  if (p.void_asked && seen.status != IntentStatus::processing) {
    refused(change, p.reason);
    return true;
  }
  switch (seen.status) {
    case IntentStatus::requires_confirmation:
      if (refuses_confirm(seen)) {
        refused(change, seen.decline_code);
        return true;
      }
      if (!created && seen.step != "look") return false;
      raise.step = RaiseStep::confirm;
      change.ask_raise("confirm");
      return true;
    case IntentStatus::requires_capture:
      if (seen.capturable_minor < raise.amount_minor) return false;
      adopt_other(change, seen);
      raised(change, seen.capturable_minor);
      return true;
    case IntentStatus::requires_payment_method:
      if (seen.step == "event" && seen.decline_code.empty()) return false;
      if (seen.decline_code != "authentication_required") {
        refused(change, seen.decline_code);
        return true;
      }
      [[fallthrough]];
    case IntentStatus::requires_action:
      if (raise.step == RaiseStep::action) return false;
      raise.step = RaiseStep::action;
      change.tell_hold(HoldOutcome::action_required, "authentication_required");
      return true;
    case IntentStatus::canceled:
      refused(change, "canceled");
      return true;
    case IntentStatus::processing:
    case IntentStatus::succeeded:  // seen above
      return false;
  }
  return false;
}

}  // namespace

bool move_raise(Change& change, const IntentSeen& seen, bool of_other) {
  if (of_other) return move_other(change, seen);
  if (seen.status == IntentStatus::succeeded) {
    taken(change, seen.received_minor);
    return true;
  }
  if (change.p.raise.step == RaiseStep::increment) return move_increment(change, seen);
  if (seen.status != IntentStatus::canceled || change.p.hold_minor == 0) return false;
  change.p.hold_minor = 0;  // the first hold lapsed; the other one decides
  return true;
}

Decision decide_raise(const Snapshot& snapshot, const wire::payments::Raise& m, Time now) {
  Decision d;
  const auto known = snapshot.payments.find(m.order);
  check(known != snapshot.payments.end(), "a raise of an order without payment");
  check(m.amount.currency == known->second.amount.currency, "a raise in another currency");
  Change change(d, known->second, now);
  Payment& p = change.p;
  switch (p.state) {
    case raising:
      return d;  // asked already: its answer comes, with what is held then
    case held:
      if (m.amount.minor <= p.hold_minor) {
        change.tell_hold(HoldOutcome::authorised);
        return d;
      }
      p.state = raising;
      p.raise = {RaiseStep::increment, m.amount.minor, m.off_session, 0, "", to_ms(now)};
      ++p.raises;
      change.ask("increment");
      break;
    case declined:
    case lapsed:
      if (p.state == declined && !p.intent.empty()) change.ask("cancel");
      p.attempt = ++p.attempts;
      p.amount = m.amount;
      p.off_session = m.off_session;
      begin_attempt(change, snapshot);
      break;
    case creating:
    case confirming:
    case action_required:
    case capturing:
    case captured:
    case voiding:
    case voided:
      change.tell_hold(HoldOutcome::raise_declined, "not_payable");
      return d;
  }
  change.finish();
  return d;
}

}  // namespace trayline::payments
