// Taking the money, or giving the hold back.
#include "cloud/payments/change.hpp"
#include "lib/base/check.hpp"

namespace trayline::payments {

using enum PaymentState;
using wire::orders::CaptureOutcome;

namespace {

// The greatest hold that the provider may have made before we heard of it.
std::int64_t may_hold(const Payment& p) {
  switch (p.state) {
    case creating:
    case confirming:
    case action_required:
    case declined:
      return p.amount.minor;
    case raising:
      return std::max(p.hold_minor, p.raise.amount_minor);
    case voiding:  // also of one that was given up before its hold was told
      return std::max(p.hold_minor, p.amount.minor);
    default:
      return p.hold_minor;
  }
}

}  // namespace

void taken(Change& change, std::int64_t received_minor) {
  Payment& p = change.p;
  p.hold_minor = std::max(p.hold_minor, std::min(received_minor, may_hold(p)));
  check(received_minor > 0 && received_minor <= p.hold_minor, "captured more than was held");
  const bool given_up = p.state == voiding || p.void_asked;
  const bool as_asked = p.state == capturing && received_minor == p.asking_minor;
  if (!p.raise.intent.empty() && p.raise.intent != p.intent) {
    change.cancel_other(p.raise.intent, provider_key(p.order, "cancel", p.raise.attempt));
  }
  if (p.state != capturing) p.asking_minor = p.tax_minor = 0;  // nobody said what tax is in it
  p.raise = {};
  p.state = captured;
  p.captured_minor = received_minor;
  p.tax_minor = std::min(p.tax_minor, received_minor);
  p.reason.clear();
  change.post("capture", "capture", {received_minor, p.amount.currency}, p.tax_minor);
  change.tell_capture(CaptureOutcome::captured);
  if (given_up) return change.tell_staff("order_cancelled");
  if (!as_asked) change.tell_staff("not_asked_for");
}

Decision decide_capture(const Snapshot& snapshot, const wire::payments::Capture& m, Time now) {
  Decision d;
  const auto known = snapshot.payments.find(m.order);
  check(known != snapshot.payments.end(), "capture of an order without payment");
  Change change(d, known->second, now);
  Payment& p = change.p;
  if (p.state == capturing) return d;  // asked already: its answer comes
  if (p.state == captured) {           // also by a hand in the provider's dashboard, before
    p.asking_minor = m.amount.minor;
    change.tell_capture(CaptureOutcome::captured);
    return d;
  }
  if (p.state == lapsed) {
    change.tell_capture(CaptureOutcome::lapsed, "hold_lapsed");
    return d;
  }
  const bool fits = m.amount.currency == p.amount.currency && m.amount.minor > 0 &&
                    m.amount.minor <= p.hold_minor;
  if (p.state != held || !fits) {
    change.tell_capture(CaptureOutcome::refused, p.state == held ? "above_hold" : "not_payable");
    return d;
  }
  p.state = capturing;
  p.asking_minor = m.amount.minor;
  p.tax_minor = std::clamp<std::int64_t>(m.tax_minor, 0, m.amount.minor);
  ++p.captures;
  change.ask("capture");
  change.finish();
  return d;
}

// The cashier has the money: the provider of counter payments is told, and answers like any other.
Decision decide_counter_paid(const Snapshot& snapshot, const wire::payments::CounterPaid& m,
                             std::uint64_t request, Time now) {
  Decision d;
  const auto known = snapshot.payments.find(m.order);
  host::Answer answer;
  answer.body = Json::object({{"order", m.order.value}, {"taken", true}});
  const auto refuse = [&](Code code, std::string type, std::string words) {
    answer.problem = host::Problem{code, std::move(type), std::move(words), {}};
  };
  if (known == snapshot.payments.end() || known->second.means != Means::counter) {
    refuse(Code::not_found, "order_not_found", "No order with this id is paid at the counter.");
  } else if ((known->second.state != capturing || known->second.void_asked) &&
             known->second.state != captured) {
    refuse(Code::conflict, "payment_not_due", "The tray of this order is not checked yet.");
  } else if (known->second.state == capturing && !snapshot.stopped.empty()) {
    refuse(Code::unavailable, "payments_stopped", std::string(kStoppedWords));
  } else if (known->second.state == capturing) {
    Change change(d, known->second, now);
    change.p.reason = m.who;
    change.ask("settle");
    change.p.reason.clear();
    change.finish();
  }
  if (request != 0) d.out.replies.push_back({request, std::move(answer)});
  return d;
}

Decision decide_void(const Snapshot& snapshot, const wire::payments::Void& m, Time now) {
  Decision d;
  const auto known = snapshot.payments.find(m.order);
  if (known == snapshot.payments.end()) return d;
  Change change(d, known->second, now);
  Payment& p = change.p;
  switch (p.state) {
    case creating:
    case confirming:
    case raising:
      if (p.void_asked) return d;
      p.void_asked = true;
      p.reason = m.reason;
      // What waits for the customer would wait for ever: his bank is not asked any more.
      if (p.state == raising && p.raise.step == RaiseStep::action) {
        change.cancel_other(p.raise.intent, provider_key(p.order, "cancel", p.raise.attempt));
        p.raise = {};
        if (p.hold_minor > 0) {
          change.give_back();
        } else {
          p.state = voided;
        }
      }
      break;
    case action_required:
    case held:
      p.reason = m.reason;
      change.give_back();
      break;
    case declined:  // its intent could still hold money later
      p.reason = m.reason;
      if (p.intent.empty()) {
        p.state = voided;
      } else {
        change.give_back();
      }
      break;
    case lapsed:
      p.state = voided;
      break;
    case captured:
      change.tell_staff("order_cancelled");
      return d;
    case capturing:
      // A cashier may wait in vain; of his word and this one the counter's book takes the first. A
      // capture from a card comes too late to stop.
      if (p.means != Means::counter || p.void_asked) return d;
      p.void_asked = true;
      p.reason = m.reason;
      change.ask("cancel");
      break;
    case voiding:
    case voided:
      return d;
  }
  change.finish();
  return d;
}

}  // namespace trayline::payments
