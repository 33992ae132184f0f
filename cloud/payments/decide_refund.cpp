// Paying back: each refund once by its id, all of them together at most what was captured.
#include "cloud/payments/change.hpp"
#include "cloud/payments/decline.hpp"
#include "lib/base/check.hpp"

namespace trayline::payments {
namespace {

using wire::orders::RefundOutcome;

void tell(Decision& d, const Payment& p, const Refund& r, const std::string& reason) {
  wire::orders::RefundResult result;
  result.order = p.order;
  result.refund = r.id;
  result.outcome =
      r.state == RefundState::succeeded ? RefundOutcome::refunded : RefundOutcome::failed;
  result.amount_minor = r.amount.minor;
  result.refunded_minor = p.refunded_minor;
  result.captured_minor = p.captured_minor;
  result.reason = public_reason(reason);
  d.out.messages.push_back(host::to<wire::orders::In>(wire::orders::kService, std::move(result)));
}

void succeeded(Change& change, Refund& r) {
  Payment& p = change.p;
  r.state = RefundState::succeeded;
  p.refunding_minor -= r.amount.minor;
  p.refunded_minor += r.amount.minor;
  p.refunded_tax_minor += r.tax_minor;
  change.post("refund", "refund-" + r.id.value, r.amount, r.tax_minor);
}

// A refund may fail after it was said to have succeeded: the money is ours again.
void failed(Change& change, Refund& r, const std::string& why) {
  Payment& p = change.p;
  if (r.state == RefundState::succeeded) {
    p.refunded_minor -= r.amount.minor;
    p.refunded_tax_minor -= r.tax_minor;
    change.post("refund_back", "refund_back-" + r.id.value, r.amount, r.tax_minor);
  } else {
    p.refunding_minor -= r.amount.minor;
  }
  r.state = RefundState::failed;
  r.reason = why;
}

}  // namespace

void ask_refund(Decision& d, const Payment& p, const Refund& r, bool read_first) {
  host::Effect effect;
  effect.kind = "payments.refund";
  effect.key = refund_key(p.order, r.id);
  effect.body = Json::object({{"order", p.order.value},
                              {"means", enum_name(p.means)},
                              {"intent", p.intent},
                              {"refund", r.id.value},
                              {"amount_minor", r.amount.minor},
                              {"currency", r.amount.currency.str()},
                              {"read_first", read_first},
                              {"reason", r.reason},
                              {"who", r.who}});
  d.out.effects.push_back(std::move(effect));
}

Decision decide_refund(const Snapshot& snapshot, const wire::payments::Refund& m, Time now) {
  Decision d;
  const auto payment = snapshot.payments.find(m.order);
  check(payment != snapshot.payments.end(), "a refund of an order without payment");
  if (const auto known = snapshot.refunds.find(m.refund); known != snapshot.refunds.end()) {
    if (known->second.state != RefundState::asked) {
      tell(d, payment->second, known->second, known->second.reason);
    }
    return d;
  }
  Change change(d, payment->second, now);
  Payment& p = change.p;
  Refund r{m.refund,  m.order, RefundState::asked, m.amount, m.tax_minor,
           p.attempt, "",      m.reason,           m.who};
  const std::int64_t left = p.captured_minor - p.refunded_minor - p.refunding_minor;
  const bool fits = p.state == PaymentState::captured && r.amount.minor > 0 &&
                    r.amount.currency == p.amount.currency && r.amount.minor <= left;
  if (!fits) {
    r.state = RefundState::failed;
    tell(d, p, r, p.state == PaymentState::captured ? "above_captured" : "not_payable");
    return d;
  }
  r.tax_minor = std::clamp<std::int64_t>(r.tax_minor, 0, r.amount.minor);
  p.refunding_minor += r.amount.minor;
  ask_refund(d, p, r, false);
  d.refunds.push_back(std::move(r));
  change.finish();
  return d;
}

Decision decide_refund_seen(const Snapshot& snapshot, const wire::payments::RefundSeen& m,
                            Time now) {
  Decision d;
  const auto known = snapshot.refunds.find(m.refund);
  const auto payment = snapshot.payments.find(m.order);
  if (payment == snapshot.payments.end()) {
    park(d, snapshot, m, m.order.value, now);
    return d;
  }
  if (known == snapshot.refunds.end()) {
    d.out.dead_letters.push_back({std::string(wire::payments::kService),
                                  "the provider paid back what nobody asked for", to_json_text(m)});
    return d;
  }
  Refund r = known->second;
  const bool done = m.status == "succeeded";
  const bool lost = m.status == "failed" || m.status == "canceled";
  if (r.order != m.order || r.state == RefundState::failed ||
      (r.state == RefundState::succeeded && !lost)) {
    return d;
  }
  Change change(d, payment->second, now);
  if (!m.provider.empty()) r.provider = m.provider;
  if (done) succeeded(change, r);
  if (lost) failed(change, r, m.reason.empty() ? "provider_refused" : m.reason);
  if (done || lost) tell(d, change.p, r, r.state == RefundState::failed ? r.reason : "");
  d.refunds.push_back(std::move(r));
  change.finish();
  return d;
}

}  // namespace trayline::payments
