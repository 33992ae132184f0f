// Money back: staff asks for a part or for all that is left, payments says what became of it.
#include "cloud/orders/answering.hpp"
#include "cloud/orders/change.hpp"
#include "cloud/orders/decide.hpp"
#include "cloud/orders/view.hpp"
#include "lib/wire/payments.hpp"

namespace trayline::orders {
namespace {

// The parts of all refunds add up to the tax of what was captured: each one makes up for what
// those before were rounded by, and leaves no more than fits into the amounts that are left.
std::int64_t tax_part(const Order& order, std::int64_t amount_minor) {
  const Result<std::int64_t> due = part_of(order.refund_asked_minor + amount_minor, order.tax_minor,
                                           order.captured_minor, Rounding::half_up);
  check(due.has_value(), "a refund whose tax cannot be counted");
  const std::int64_t tax_left = order.tax_minor - order.refund_tax_minor;
  const std::int64_t rest = order.captured_minor - order.refund_asked_minor - amount_minor;
  const std::int64_t most = std::min(amount_minor, tax_left);
  return std::clamp(std::max(*due - order.refund_tax_minor, tax_left - rest), std::int64_t{0},
                    most);
}

}  // namespace

Decision decide_ask_refund(const Snapshot& snapshot, const Settings& settings,
                           const wire::orders::AskRefund& ask, std::uint64_t request, Time now) {
  Decision d;
  Answering answer(d, settings, request);
  const Order* before = find_for(snapshot, ask.order, ask.who, answer);
  if (before == nullptr) return d;
  if (before->state != State::paid) {
    answer.refuse(Code::conflict, "not_paid", "Only what was paid is given back.");
    return d;
  }
  const std::int64_t left = before->captured_minor - before->refund_asked_minor;
  const std::int64_t amount = ask.amount_minor.value_or(left);
  if (amount < 1 || amount > left) {
    answer.refuse(Code::conflict, "refund_too_large",
                  "Of this order " + std::to_string(left) + " minor units can be given back.");
    return d;
  }
  Change change(d, settings, *before, now, ask.who);
  if (!change.step(Event::refund_asked, std::to_string(amount))) return d;
  Refund refund{ask.refund,
                before->id,
                amount,
                tax_part(*before, amount),
                ask.reason,
                text_of(ask.who),
                RefundState::asked,
                "",
                now};
  change.order.refund_asked_minor += amount;
  change.order.refund_tax_minor += refund.tax_minor;
  d.out.messages.push_back(host::to<wire::payments::In>(
      wire::payments::kService, wire::payments::Refund{refund.order,
                                                       refund.id,
                                                       {amount, before->total.currency},
                                                       refund.tax_minor,
                                                       refund.reason,
                                                       refund.who}));
  change.finish();
  host::Answer made;
  made.status = 201;
  made.body = view_of(refund, wire::orders::Role::staff);
  made.etag = etag_of(*d.changed);
  made.location = "/v1/orders/" + before->id.value + "/refunds";
  answer.answer(std::move(made));
  d.refund = std::move(refund);
  return d;
}

Decision decide_refunded(const Snapshot& snapshot, const Settings& settings,
                         const wire::orders::RefundResult& result, Time now) {
  Decision d;
  const auto found = snapshot.orders.find(result.order);
  const auto asked = snapshot.refunds.find(result.refund);
  check(found != snapshot.orders.end() && asked != snapshot.refunds.end(),
        "the result of a refund that nobody asked for");
  Refund refund = asked->second;
  const bool failed = result.outcome == wire::orders::RefundOutcome::failed;
  const bool done = refund.state == RefundState::refunded;
  if (refund.state == RefundState::failed || (done && !failed)) return d;  // told already
  Change change(d, settings, found->second, now);
  Order& order = change.order;
  if (failed) {
    const std::string why = done ? "after it had succeeded: " + result.reason : result.reason;
    if (!change.step(Event::refund_failed, why)) return d;
    if (done) order.refunded_minor -= refund.amount_minor;
    order.refund_asked_minor -= refund.amount_minor;
    order.refund_tax_minor -= refund.tax_minor;
    refund.state = RefundState::failed;
    refund.why = result.reason;
  } else {
    check(result.amount_minor == refund.amount_minor, "refunded another amount than was asked");
    const std::int64_t sum = order.refunded_minor + refund.amount_minor;
    const bool all = sum == order.captured_minor;
    if (!change.step(all ? Event::refund : Event::refund_part, refund.id.value)) return d;
    order.refunded_minor = sum;
    refund.state = RefundState::refunded;
  }
  change.update_screen();
  change.finish();
  d.refund = std::move(refund);
  return d;
}

}  // namespace trayline::orders
