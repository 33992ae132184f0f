// What payments decides: pure, by the state of the payment and what the provider says.
#include "cloud/payments/payments.hpp"
#include "lib/base/check.hpp"
#include "lib/wire/orders.hpp"

namespace trayline::payments {
namespace {

using enum PaymentState;
using wire::orders::CaptureOutcome;
using wire::orders::HoldOutcome;

void tell(Decision& d, wire::orders::HoldResult result) {
  d.out.messages.push_back(host::to<wire::orders::In>(wire::orders::kService, std::move(result)));
}
void tell(Decision& d, wire::orders::CaptureResult result) {
  d.out.messages.push_back(host::to<wire::orders::In>(wire::orders::kService, std::move(result)));
}

// Asks the provider for a step of this payment. The body says everything that the executor needs.
void ask_provider(Decision& d, const Payment& p, const std::string& step,
                  std::int64_t amount_minor) {
  host::Effect effect;
  effect.kind = "payments." + step;
  effect.key = provider_key(p.order, step, p.attempt);
  effect.body = Json::object({{"order", p.order.value},
                              {"attempt", p.attempt},
                              {"customer", p.customer},
                              {"method", p.method},
                              {"intent", p.intent},
                              {"amount_minor", amount_minor},
                              {"currency", p.amount.currency.str()},
                              {"off_session", p.off_session},
                              {"reason", p.reason}});
  d.out.effects.push_back(std::move(effect));
}

void change(Decision& d, const Payment& before, Payment after) {
  after.revision = before.revision + 1;
  d.was_revision = before.revision;
  d.changed = std::move(after);
}

void give_back(Decision& d, Payment& p) {
  p.state = voiding;
  ask_provider(d, p, "cancel", 0);
}

Decision hold(const Snapshot& snapshot, const wire::payments::Hold& m) {
  Decision d;
  Payment p;
  const auto known = snapshot.payments.find(m.order);
  if (known != snapshot.payments.end()) {
    p = known->second;
    if (p.state != declined && p.state != lapsed) return d;  // one attempt at a time
    ++p.attempt;
  }
  p.order = m.order;
  p.user = m.user;
  p.site = m.site;
  p.amount = m.amount;
  p.off_session = m.off_session;
  p.state = creating;
  p.hold_minor = 0;
  p.intent.clear();
  p.reason.clear();
  const auto customer = snapshot.customers.find(m.user);
  if (customer == snapshot.customers.end() || customer->second.method.empty()) {
    p.state = declined;
    p.reason = "no_card";
    tell(d, wire::orders::HoldResult{p.order, HoldOutcome::no_card, 0, p.reason});
  } else {
    p.customer = customer->second.customer;
    p.method = customer->second.method;
    ask_provider(d, p, "create", p.amount.minor);
  }
  if (known == snapshot.payments.end()) {
    d.placed = std::move(p);
  } else {
    change(d, known->second, std::move(p));
  }
  return d;
}

Decision capture(const Snapshot& snapshot, const wire::payments::Capture& m) {
  Decision d;
  const auto known = snapshot.payments.find(m.order);
  check(known != snapshot.payments.end(), "capture of an order without payment");
  Payment p = known->second;
  if (p.state == capturing || p.state == captured) return d;  // asked already: its answer comes
  if (p.state == lapsed) {
    tell(d, wire::orders::CaptureResult{m.order, CaptureOutcome::lapsed, 0, "hold_lapsed"});
    return d;
  }
  const bool fits = m.amount.currency == p.amount.currency && m.amount.minor <= p.hold_minor;
  if (p.state != held || !fits) {
    const std::string why = p.state == held ? "above_hold" : std::string(enum_name(p.state));
    tell(d, wire::orders::CaptureResult{m.order, CaptureOutcome::refused, 0, why});
    return d;
  }
  p.state = capturing;
  ask_provider(d, p, "capture", m.amount.minor);
  change(d, known->second, std::move(p));
  return d;
}

Decision give_up(const Snapshot& snapshot, const wire::payments::Void& m) {
  Decision d;
  const auto known = snapshot.payments.find(m.order);
  if (known == snapshot.payments.end()) return d;
  Payment p = known->second;
  switch (p.state) {
    case creating:
    case confirming:
      if (p.void_asked) return d;
      p.void_asked = true;
      p.reason = m.reason;
      break;
    case action_required:
    case held:
      p.reason = m.reason;
      give_back(d, p);
      break;
    case declined:  // its intent could still hold money later
      p.reason = m.reason;
      if (p.intent.empty()) {
        p.state = voided;
      } else {
        give_back(d, p);
      }
      break;
    case lapsed:
      p.state = voided;
      break;
    case capturing:  // too late: orders refuses this before it comes here
    case captured:
    case voiding:
    case voided:
      return d;
  }
  change(d, known->second, std::move(p));
  return d;
}

void capture_done(Decision& d, Payment& p, const wire::payments::IntentSeen& seen) {
  check(seen.received_minor <= p.hold_minor, "captured more than was held");
  p.state = captured;
  p.captured_minor = seen.received_minor;
  const std::string entry = "capture-" + std::to_string(p.attempt);
  const Money money{seen.received_minor, p.amount.currency};
  const Money against{-seen.received_minor, p.amount.currency};
  d.ledger.push_back({p.order, entry, "provider", money});
  d.ledger.push_back({p.order, entry, "sales:" + p.site.value, against});
  tell(d, wire::orders::CaptureResult{p.order, CaptureOutcome::captured, p.captured_minor, ""});
}

void declined_by(Decision& d, Payment& p, const std::string& why) {
  p.state = p.void_asked ? voided : declined;
  p.reason = why;
  if (!p.void_asked) tell(d, wire::orders::HoldResult{p.order, HoldOutcome::declined, 0, why});
}

// True where the payment moved. Before the hold stands.
bool move_towards_hold(Decision& d, Payment& p, const wire::payments::IntentSeen& seen) {
  if (seen.intent.empty()) {
    declined_by(d, p, seen.decline_code);
    return true;
  }
  const bool created = p.state == creating;
  p.intent = seen.intent;
  switch (seen.status) {
    case IntentStatus::requires_confirmation:
      if (!created) return false;
      p.state = confirming;
      if (p.void_asked) {
        give_back(d, p);
      } else {
        ask_provider(d, p, "confirm", p.amount.minor);
      }
      return true;
    case IntentStatus::requires_capture:
      p.state = held;
      p.hold_minor = seen.capturable_minor;
      if (p.void_asked) {
        give_back(d, p);
      } else {
        tell(d, wire::orders::HoldResult{p.order, HoldOutcome::authorised, p.hold_minor, ""});
      }
      return true;
    case IntentStatus::requires_action:
      if (p.state == action_required) return false;
      p.state = action_required;
      if (p.void_asked) {
        give_back(d, p);
      } else {
        tell(d, wire::orders::HoldResult{p.order, HoldOutcome::action_required, 0, ""});
      }
      return true;
    case IntentStatus::requires_payment_method:
      // An event from before our confirm says nothing about it.
      if (seen.step == "event" && seen.decline_code.empty()) return false;
      declined_by(d, p, seen.decline_code);
      return true;
    case IntentStatus::canceled:
      declined_by(d, p, "canceled");
      return true;
    case IntentStatus::processing:
      return false;
    case IntentStatus::succeeded:
      break;
  }
  check(false, "an intent with manual capture succeeded without our capture");
  return false;
}

bool move_on(Decision& d, Payment& p, const wire::payments::IntentSeen& seen) {
  switch (p.state) {
    case creating:
    case confirming:
    case action_required:
      return move_towards_hold(d, p, seen);
    case held:
      if (seen.status != IntentStatus::canceled) return false;
      p.state = lapsed;
      return true;
    case capturing:
      if (seen.status == IntentStatus::succeeded) {
        capture_done(d, p, seen);
        return true;
      }
      if (seen.status == IntentStatus::canceled) {
        p.state = lapsed;
        tell(d, wire::orders::CaptureResult{p.order, CaptureOutcome::lapsed, 0, "hold_lapsed"});
        return true;
      }
      if (seen.step != "capture") return false;
      p.state = held;
      tell(d, wire::orders::CaptureResult{p.order, CaptureOutcome::refused, 0, seen.decline_code});
      return true;
    case voiding:
      check(seen.status != IntentStatus::succeeded, "captured while it was given back");
      if (seen.status != IntentStatus::canceled) return false;
      p.state = voided;
      return true;
    case declined:  // a success that arrives late holds the money all the same
      if (seen.status != IntentStatus::requires_capture) return false;
      p.state = held;
      p.intent = seen.intent;
      p.hold_minor = seen.capturable_minor;
      tell(d, wire::orders::HoldResult{p.order, HoldOutcome::authorised, p.hold_minor, ""});
      return true;
    case lapsed:
    case captured:
    case voided:
      return false;
  }
  return false;
}

Decision intent_seen(const Snapshot& snapshot, const wire::payments::IntentSeen& m) {
  Decision d;
  const auto known = snapshot.payments.find(m.order);
  if (known == snapshot.payments.end()) {
    d.out.dead_letters.push_back({std::string(wire::payments::kService),
                                  "the provider speaks of an order that is not there",
                                  to_json_text(m)});
    return d;
  }
  Payment p = known->second;
  // An event names no attempt: its intent must be the one that we know.
  const bool other = m.step == "event" ? m.intent != p.intent : m.attempt != p.attempt;
  if (other) return d;
  if (move_on(d, p, m)) change(d, known->second, std::move(p));
  return d;
}

Decision set_up_card(const Snapshot& snapshot, const wire::payments::SetUpCard& m,
                     std::uint64_t request) {
  Decision d;
  const auto known = snapshot.customers.find(m.user);
  host::Effect effect;
  effect.kind = "payments.set_up";
  effect.key = "tl-card-" + m.user.value + "-" + m.attempt;
  effect.request = request;
  effect.body =
      Json::object({{"user", m.user.value},
                    {"attempt", m.attempt},
                    {"customer", known == snapshot.customers.end() ? "" : known->second.customer}});
  d.out.effects.push_back(std::move(effect));
  return d;
}

Decision customer_ready(const Snapshot& snapshot, const wire::payments::CustomerReady& m,
                        std::uint64_t request) {
  Decision d;
  if (!m.refused.empty()) {
    host::Answer refusal;
    refusal.problem = host::Problem{Code::conflict,
                                    "provider_refused",
                                    "The payment provider does not take a card just now.",
                                    {}};
    d.out.replies.push_back({request, std::move(refusal)});
    return d;
  }
  if (!snapshot.customers.contains(m.user)) d.customer = Customer{m.user, m.customer, ""};
  host::Answer answer;
  answer.status = 201;
  answer.body = m.secrets;
  d.out.replies.push_back({request, std::move(answer)});
  return d;
}

Decision card_saved(const Snapshot& snapshot, const wire::payments::CardSaved& m) {
  Decision d;
  const auto user = snapshot.by_customer.find(m.customer);
  if (user == snapshot.by_customer.end()) {
    d.out.dead_letters.push_back({std::string(wire::payments::kService),
                                  "a card of a customer who is not there", to_json_text(m)});
    return d;
  }
  d.customer = Customer{user->second, m.customer, m.method};
  d.out.wake.push_back("card:" + user->second.value);
  return d;
}

}  // namespace

std::string provider_key(const OrderId& order, std::string_view step, std::int64_t attempt) {
  return "tl-" + order.value + "-" + std::string(step) + "-" + std::to_string(attempt);
}

Decision decide_payment(const Snapshot& snapshot, const wire::payments::In& in,
                        std::uint64_t request) {
  namespace w = wire::payments;
  if (const auto* m = std::get_if<w::Hold>(&in)) return hold(snapshot, *m);
  if (const auto* m = std::get_if<w::Capture>(&in)) return capture(snapshot, *m);
  if (const auto* m = std::get_if<w::Void>(&in)) return give_up(snapshot, *m);
  if (const auto* m = std::get_if<w::SetUpCard>(&in)) return set_up_card(snapshot, *m, request);
  if (const auto* m = std::get_if<w::CustomerReady>(&in)) {
    return customer_ready(snapshot, *m, request);
  }
  if (!std::holds_alternative<w::CardSaved>(in) && !std::holds_alternative<w::IntentSeen>(in)) {
    Decision d;
    d.out.dead_letters.push_back(
        {std::string(w::kService), "nobody handles this yet", wire::variant_to_json(in).dump()});
    return d;
  }
  Decision d = std::holds_alternative<w::CardSaved>(in)
                   ? card_saved(snapshot, std::get<w::CardSaved>(in))
                   : intent_seen(snapshot, std::get<w::IntentSeen>(in));
  // A webhook is answered once what it says is committed.
  if (request != 0) d.out.replies.push_back({request, host::Answer{}});
  return d;
}

}  // namespace trayline::payments
