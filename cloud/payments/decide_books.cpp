// The books as a whole: compared every day, stopped where an invariant of money broke, disputes.
#include "cloud/payments/change.hpp"

namespace trayline::payments {
namespace {

constexpr std::string_view kService = wire::payments::kService;

host::Timer timer(std::string id, Time due, wire::payments::In message) {
  return {std::move(id), std::string(kService), due, wire::variant_to_json(message)};
}

constexpr Millis kArmMore{1'000};

}  // namespace

// What an earlier release left under way gets its next look, a bounded number at a time.
Decision decide_begin(const Snapshot& snapshot, Time now) {
  Decision d;
  d.out.timers.push_back(
      timer("payments-compare", snapshot.next_compare, wire::payments::CompareBooks{}));
  for (const OrderId& order : snapshot.unarmed) {
    d.armed.push_back(order);
    const auto payment = snapshot.payments.find(order);
    if (payment != snapshot.payments.end()) Change(d, payment->second, now).arm();
  }
  if (std::ssize(snapshot.unarmed) == kUnarmedMost) {
    d.out.timers.push_back(timer("payments-arm", now + kArmMore, wire::payments::Begin{}));
  }
  return d;
}

Decision decide_compare(const Snapshot& snapshot) {
  Decision d;
  host::Effect effect;
  effect.kind = kCompareEffect;
  effect.key = "tl-compare-" + std::to_string(to_ms(snapshot.next_compare));
  d.out.effects.push_back(std::move(effect));
  d.out.timers.push_back(
      timer("payments-compare", snapshot.next_compare, wire::payments::CompareBooks{}));
  return d;
}

Decision decide_stop(const wire::payments::Stop& m) {
  Decision d;
  d.stop = m.why.empty() ? "no reason was given" : m.why;
  return d;
}

Decision decide_resume(std::uint64_t request) {
  Decision d;
  d.resume = true;
  host::Answer answer;
  answer.body = Json::object({{"stopped", Json()}});
  if (request != 0) d.out.replies.push_back({request, std::move(answer)});
  return d;
}

void withhold(Decision& d) {
  std::erase_if(d.out.effects, [](const host::Effect& effect) {
    return effect.kind == "payments.capture" || effect.kind == "payments.refund" ||
           effect.kind == "payments.look";
  });
}

// Once per dispute and direction, in whatever order the provider tells.
Decision decide_dispute(const Snapshot& snapshot, const wire::payments::DisputeSeen& m, Time now) {
  Decision d;
  const Payment* owner = payment_or_park(d, snapshot, m, m.intent, now);
  if (owner == nullptr) return d;
  const Payment& p = *owner;
  const std::string entry = dispute_entry(m);
  if (snapshot.entries.contains({p.order, entry})) return d;
  if (m.amount.minor <= 0 || m.amount.minor > p.captured_minor ||
      m.amount.currency != p.amount.currency) {
    d.out.dead_letters.push_back(
        {std::string(kService), "a dispute over what was not captured", to_json_text(m)});
    return d;
  }
  const std::string provider = "provider:" + std::string(enum_name(p.means));
  const std::string disputes = "disputes:" + p.site.value;
  d.ledger.push_back({p.order, p.site, m.back ? "dispute_back" : "dispute", entry, 1,
                      m.back ? provider : disputes, m.back ? disputes : provider, m.amount});
  return d;
}

std::string dispute_entry(const wire::payments::DisputeSeen& m) {
  return (m.back ? "dispute_back-" : "dispute-") + m.id;
}

}  // namespace trayline::payments
