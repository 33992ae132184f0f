// What nobody may forget: steps whose answer was lost, holds that end, events without an owner.
#include "cloud/payments/change.hpp"
#include "lib/base/check.hpp"
#include "lib/base/digest.hpp"

namespace trayline::payments {
namespace {

using enum PaymentState;

constexpr std::string_view kParkedTimer = "payments-parked";

void look_at_raise(Change& change) {
  switch (change.p.raise.step) {
    case RaiseStep::increment:
      return change.ask("increment");
    case RaiseStep::create:
      return change.ask_raise("create");
    case RaiseStep::confirm:
    case RaiseStep::action:
      return change.ask_raise("look");
    case RaiseStep::none:
      break;
  }
  check(false, "a payment that is raised without a step");
}

// On a grid: events that keep coming do not put the look off.
void arm_parked(Decision& d, Time now) {
  const Time due = from_ms((to_ms(now) / kParkedLook.count() + 1) * kParkedLook.count());
  const auto body = wire::variant_to_json(wire::payments::In(wire::payments::LookAtParked{}));
  d.out.timers.push_back(
      {std::string(kParkedTimer), std::string(wire::payments::kService), due, body});
}

void again(Decision& d, const Parked& parked) {
  const Result<Json> body = parse_json(parked.body);
  auto message = body ? wire::variant_from_json<wire::payments::In>(*body)
                      : Result<wire::payments::In>(fail(body.error()));
  if (message) {
    host::Message out;
    out.service = std::string(wire::payments::kService);
    out.body = std::move(*message);
    d.out.messages.push_back(std::move(out));
  }
  d.unpark.push_back(parked.id);
}

}  // namespace

// What is under way is asked for under its own key, which is the same effect where one still waits;
// what may have happened is read first.
Decision decide_look(const Snapshot& snapshot, const wire::payments::LookAgain& m, Time now) {
  Decision d;
  const auto known = snapshot.payments.find(m.order);
  if (known == snapshot.payments.end()) return d;
  Change change(d, known->second, now);
  const Payment& p = change.p;
  switch (p.state) {
    case creating:
      change.ask("create");
      break;
    case confirming:
    case action_required:
    case capturing:
    case voiding:
      change.ask("look");
      break;
    case raising:
      look_at_raise(change);
      break;
    case held:
      if (now < from_ms(p.deadline_ms)) {
        change.tell_ending();
      } else {
        change.ask("look");
      }
      break;
    case captured:
      for (const auto& [id, refund] : snapshot.refunds) {
        const bool open = refund.order == p.order && refund.state == RefundState::asked;
        if (open) ask_refund(d, p, refund, true);
      }
      break;
    case voided:
    case declined:
    case lapsed:
      return d;
  }
  change.arm();
  return d;
}

void park(Decision& d, const Snapshot& snapshot, const wire::payments::In& message,
          const std::string& about, Time now) {
  const std::string body = wire::variant_to_json(message).dump();
  if (snapshot.still_parked >= kParkedRows) {
    d.out.dead_letters.push_back({std::string(wire::payments::kService),
                                  "too many wait for somebody who is not there", body});
    return;
  }
  d.park.push_back({sha256_hex(body).substr(0, 32), about, body, now});
  arm_parked(d, now);
}

const Payment* payment_or_park(Decision& d, const Snapshot& snapshot,
                               const wire::payments::In& message, const std::string& intent,
                               Time now) {
  const auto owner = snapshot.by_intent.find(intent);
  if (owner != snapshot.by_intent.end()) return &snapshot.payments.at(owner->second);
  park(d, snapshot, message, intent, now);
  return nullptr;
}

void take_up(Decision& d, const Snapshot& snapshot, const std::string& about) {
  for (const Parked& parked : snapshot.parked) {
    if (parked.about == about) again(d, parked);
  }
}

// What has an owner by now goes its way; what nobody wanted for days is kept for a person.
Decision decide_parked(const Snapshot& snapshot, Time now) {
  Decision d;
  for (const Parked& parked : snapshot.parked) {
    if (parked.since + kParkedKept > now) {
      again(d, parked);
      continue;
    }
    d.out.dead_letters.push_back({std::string(wire::payments::kService),
                                  "the provider speaks of somebody who is not there", parked.body});
    d.unpark.push_back(parked.id);
  }
  const auto taken = static_cast<std::int64_t>(snapshot.parked.size());
  if (snapshot.still_parked > taken) arm_parked(d, now);
  return d;
}

// A dispute, or a refund that nobody here asked for: kept for staff; a dispute takes the money out
// of the provider's account.
Decision decide_notice(const Snapshot& snapshot, const wire::payments::Notice& m, Time now) {
  Decision d;
  const Payment* owner = payment_or_park(d, snapshot, m, m.intent, now);
  if (owner == nullptr) return d;
  const Payment& p = *owner;
  // What was paid back by us is no news.
  if (m.what == "refund" && m.amount.minor <= p.refunded_minor + p.refunding_minor) return d;
  d.notice = m;
  d.notice_order = p.order;
  return d;
}

}  // namespace trayline::payments
