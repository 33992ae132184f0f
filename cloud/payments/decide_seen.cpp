// What the provider says of an intent moves the payment: by the state of the object, never back.
#include "cloud/payments/change.hpp"
#include "lib/base/check.hpp"

namespace trayline::payments {
namespace {

using enum PaymentState;
using wire::orders::CaptureOutcome;
using wire::orders::HoldOutcome;
using wire::payments::IntentSeen;

void declined_by(Change& change, const std::string& why) {
  Payment& p = change.p;
  if (!p.void_asked) {
    p.state = declined;
    p.reason = why;
    return change.tell_hold(HoldOutcome::declined, why);
  }
  // Its bank could think again, and nobody would look.
  if (!p.intent.empty() && why != "canceled") return change.give_back();
  p.state = voided;
}

void holds(Change& change, const IntentSeen& seen) {
  Payment& p = change.p;
  p.state = held;
  p.hold_minor = seen.capturable_minor;
  const Millis days = p.off_session ? kHoldOffSession : kHoldOnSession;
  p.deadline_ms = (seen.created_ms > 0 ? seen.created_ms : p.asked_ms) + days.count();
  if (p.void_asked) return change.give_back();
  p.reason.clear();
  change.tell_hold(HoldOutcome::authorised);
}

void needs_customer(Change& change) {
  Payment& p = change.p;
  p.state = action_required;
  p.reason = "authentication_required";
  if (p.void_asked) return change.give_back();
  change.tell_hold(HoldOutcome::action_required, p.reason);
}

// Before the hold stands.
bool move_towards_hold(Change& change, const IntentSeen& seen) {
  Payment& p = change.p;
  if (seen.intent.empty()) {
    declined_by(change, seen.decline_code);
    return true;
  }
  const bool created = p.state == creating;
  p.intent = seen.intent;
  switch (seen.status) {
    case IntentStatus::requires_confirmation:
      if (refuses_confirm(seen)) {
        declined_by(change, seen.decline_code);
        return true;
      }
      if (!created && seen.step != "look") return false;
      p.state = confirming;
      if (p.void_asked) {
        change.give_back();
      } else {
        change.ask("confirm");
      }
      return true;
    case IntentStatus::requires_capture:
      holds(change, seen);
      return true;
    case IntentStatus::requires_action:
      if (p.state == action_required) return false;
      needs_customer(change);
      return true;
    case IntentStatus::requires_payment_method:
      // An event from before our confirm says nothing about it.
      if (seen.step == "event" && seen.decline_code.empty()) return false;
      if (seen.decline_code != "authentication_required") {
        declined_by(change, seen.decline_code);
        return true;
      }
      // The card is good, and its bank wants to hear the customer (off session).
      if (p.state == action_required) return false;
      needs_customer(change);
      return true;
    case IntentStatus::canceled:
      declined_by(change, "canceled");
      return true;
    case IntentStatus::processing:
      return false;
    case IntentStatus::succeeded:
      taken(change, seen.received_minor);
      return true;
  }
  return false;
}

bool move_capture(Change& change, const IntentSeen& seen) {
  Payment& p = change.p;
  switch (seen.status) {
    case IntentStatus::succeeded:
      taken(change, seen.received_minor);
      return true;
    case IntentStatus::canceled:
      p.state = lapsed;
      p.hold_minor = 0;
      change.tell_capture(CaptureOutcome::lapsed, "hold_lapsed");
      return true;
    case IntentStatus::processing:
      return false;
    default:
      break;
  }
  if (seen.step == "look") {  // nothing has happened, and nobody is at it any more
    change.ask("capture");
    return false;
  }
  if (seen.step != "capture") return false;
  p.state = held;
  p.reason = seen.decline_code;
  change.tell_capture(CaptureOutcome::refused,
                      seen.decline_code.empty() ? "provider_refused" : seen.decline_code);
  return true;
}

bool move_on(Change& change, const IntentSeen& seen) {
  Payment& p = change.p;
  switch (p.state) {
    case creating:
    case confirming:
    case action_required:
      return move_towards_hold(change, seen);
    case held:
      if (seen.status == IntentStatus::requires_capture && seen.capturable_minor > p.hold_minor) {
        p.hold_minor = seen.capturable_minor;  // an increment that was taken for refused
        return true;
      }
      if (seen.status == IntentStatus::succeeded) {
        taken(change, seen.received_minor);
        return true;
      }
      if (seen.status != IntentStatus::canceled) return false;
      p.state = lapsed;
      p.hold_minor = 0;
      change.tell_ending();
      return true;
    case raising:
      return move_raise(change, seen, false);
    case capturing:
      return move_capture(change, seen);
    case voiding:
      if (seen.status == IntentStatus::succeeded) {
        taken(change, seen.received_minor);
        return true;
      }
      if (seen.step == "look" && seen.status != IntentStatus::canceled) change.ask("cancel");
      if (seen.status != IntentStatus::canceled) return false;
      p.state = voided;
      return true;
    case declined:  // a success that arrives late holds the money all the same
      if (seen.status == IntentStatus::succeeded) {
        taken(change, seen.received_minor);
        return true;
      }
      if (seen.status != IntentStatus::requires_capture) return false;
      holds(change, seen);
      return true;
    case lapsed:
    case captured:
    case voided:
      return false;
  }
  return false;
}

// An intent of this order that is not its payment's: what it holds is given back.
void foreign(Decision& d, Change& change, const IntentSeen& seen) {
  const Payment& p = change.p;
  if (seen.intent.empty() || seen.intent == p.intent || seen.intent == p.raise.intent) return;
  if (seen.status == IntentStatus::requires_capture && seen.step != "cancel") {
    change.cancel_other(seen.intent, "tl-" + seen.order.value + "-cancel-" + seen.intent);
  }
  if (seen.status == IntentStatus::succeeded) {
    d.out.dead_letters.push_back({std::string(wire::payments::kService),
                                  "the provider took money that nobody asked for",
                                  to_json_text(seen)});
  }
}

}  // namespace

bool refuses_confirm(const IntentSeen& seen) {
  return seen.step == "confirm" && !seen.decline_code.empty();
}

Decision decide_intent_seen(const Snapshot& snapshot, const IntentSeen& m, Time now) {
  Decision d;
  const auto known = snapshot.payments.find(m.order);
  if (known == snapshot.payments.end()) {
    park(d, snapshot, m, m.order.value, now);
    return d;
  }
  Change change(d, known->second, now);
  const Payment& p = change.p;
  // An event names no attempt: its intent must be one that we know.
  const auto is = [&](std::int64_t attempt, const std::string& intent) {
    return m.step == "event" ? !m.intent.empty() && m.intent == intent : m.attempt == attempt;
  };
  bool moved = false;
  if (is(p.attempt, p.intent)) {
    moved = move_on(change, m);
  } else if (p.state == raising && p.raise.attempt > 0 && is(p.raise.attempt, p.raise.intent)) {
    moved = move_raise(change, m, true);
  } else {
    foreign(d, change, m);
  }
  if (moved) change.finish();
  return d;
}

}  // namespace trayline::payments
