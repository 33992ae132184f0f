#include "cloud/payments/change.hpp"

#include "cloud/payments/decline.hpp"
#include "cloud/payments/intent_id.hpp"
#include "lib/base/check.hpp"

namespace trayline::payments {
namespace {

using enum PaymentState;

// Spreads looks over their time, the same for the same order (FNV-1a).
Millis jitter(const OrderId& order) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : order.value) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return Millis(static_cast<std::int64_t>(hash % static_cast<std::uint64_t>(kLookJitter.count())));
}

void to_orders(Decision& d, auto message) {
  d.out.messages.push_back(host::to<wire::orders::In>(wire::orders::kService, std::move(message)));
}

}  // namespace

std::string look_timer(const OrderId& order) { return "payments-look-" + order.value; }

std::string provider_key(const OrderId& order, std::string_view step, std::int64_t attempt) {
  return "tl-" + order.value + "-" + std::string(step) + "-" + std::to_string(attempt);
}

std::string refund_key(const OrderId& order, const RefundId& refund) {
  return "tl-" + order.value + "-refund-" + refund.value;
}

Change::Change(Decision& decision, Payment before, Time at)
    : p(std::move(before)), now(at), d_(decision), was_revision_(p.revision) {}

// The body says everything that the executor needs.
Json::Object Change::body_of(const std::string& intent, std::int64_t attempt,
                             std::int64_t amount_minor) const {
  Json::Object body;
  body.set("order", p.order.value).set("means", enum_name(p.means)).set("attempt", attempt);
  body.set("customer", p.customer).set("method", p.method).set("intent", intent);
  body.set("amount_minor", amount_minor).set("currency", p.amount.currency.str());
  body.set("off_session", p.off_session).set("asked_ms", p.asked_ms).set("reason", p.reason);
  return body;
}

void Change::effect(const std::string& step, std::string key, Json::Object body) {
  host::Effect effect;
  effect.kind = "payments." + step;
  effect.key = std::move(key);
  effect.body = Json(std::move(body));
  d_.out.effects.push_back(std::move(effect));
}

void Change::ask(const std::string& step) {
  const std::int64_t attempt = step == "capture"     ? p.captures
                               : step == "increment" ? p.raises
                               : step == "look"      ? p.revision
                                                     : p.attempt;
  const std::int64_t amount = step == "capture"     ? p.asking_minor
                              : step == "increment" ? p.raise.amount_minor
                                                    : p.amount.minor;
  effect(step, provider_key(p.order, step, attempt), body_of(p.intent, p.attempt, amount));
}

void Change::ask_raise(const std::string& step) {
  Json::Object body = body_of(p.raise.intent, p.raise.attempt, p.raise.amount_minor);
  body.set("off_session", p.raise.off_session).set("asked_ms", p.raise.asked_ms);
  const std::int64_t attempt = step == "look" ? p.revision : p.raise.attempt;
  effect(step, provider_key(p.order, step, attempt), std::move(body));
}

void Change::cancel_other(const std::string& intent, const std::string& key) {
  Json::Object body = body_of(intent, 0, 0);
  const Means means = intent.starts_with(kCounterIntent) ? Means::counter : Means::card;
  body.set("means", enum_name(means)).set("reason", "duplicate");
  effect("cancel", key, std::move(body));
}

void Change::give_back() {
  p.state = voiding;
  ask("cancel");
}

void Change::tell_hold(wire::orders::HoldOutcome outcome, const std::string& reason) {
  to_orders(d_, wire::orders::HoldResult{p.order, outcome, p.hold_minor, public_reason(reason)});
}

void Change::tell_capture(wire::orders::CaptureOutcome outcome, const std::string& reason) {
  // More than was asked for is between staff and the customer.
  const std::int64_t most = p.asking_minor > 0 ? p.asking_minor : p.captured_minor;
  const std::int64_t captured =
      outcome == wire::orders::CaptureOutcome::captured ? std::min(p.captured_minor, most) : 0;
  to_orders(d_, wire::orders::CaptureResult{p.order, outcome, captured, public_reason(reason)});
}

void Change::tell_staff(const std::string& reason) {
  const Money money{p.captured_minor, p.amount.currency};
  d_.notice = wire::payments::Notice{reason + "-" + p.intent, "capture", p.intent, money, reason};
  d_.notice_order = p.order;
}

void Change::tell_ending() { to_orders(d_, wire::orders::HoldEnding{p.order}); }

void Change::post(const std::string& kind, const std::string& entry, Money amount,
                  std::int64_t tax_minor) {
  check(amount.minor > 0 && tax_minor >= 0 && tax_minor <= amount.minor, "a transfer of nothing");
  const std::string provider = "provider:" + std::string(enum_name(p.means));
  const bool comes_in = kind == "capture" || kind == "refund_back";
  const auto transfer = [&](std::int64_t line, const std::string& account, std::int64_t minor) {
    if (minor == 0) return;
    d_.ledger.push_back({p.order, p.site, kind, entry, line, comes_in ? provider : account,
                         comes_in ? account : provider, Money{minor, amount.currency}});
  };
  transfer(1, "sales:" + p.site.value, amount.minor - tax_minor);
  transfer(2, "tax:" + p.site.value, tax_minor);
}

void Change::arm() {
  const auto at = [&](Time due) {
    d_.out.timers.push_back(
        {look_timer(p.order), std::string(wire::payments::kService), due,
         wire::variant_to_json(wire::payments::In(wire::payments::LookAgain{p.order}))});
  };
  switch (p.state) {
    case creating:
    case confirming:
    case raising:
    case capturing:
    case voiding:
      // A cashier takes his time, and what he says comes as a message.
      return at(now + (p.means == Means::counter ? kLookAtCustomer : kLookAfter) + jitter(p.order));
    case action_required:
      return at(now + kLookAtCustomer + jitter(p.order));
    case held: {
      const Time before_end = from_ms(p.deadline_ms) - kHoldMargin;
      if (before_end > now) return at(before_end + jitter(p.order));
      // The end was told: next it is seen whether the provider has ended it.
      return at(std::max(from_ms(p.deadline_ms), now) + kLookAtCustomer + jitter(p.order));
    }
    case captured:
      if (p.refunding_minor > 0) return at(now + kLookAtCustomer + jitter(p.order));
      break;
    case voided:
    case declined:
    case lapsed:
      break;
  }
  d_.out.cancel_timers.push_back(look_timer(p.order));
}

void Change::finish(bool placed) {
  arm();
  if (placed) {
    d_.placed = std::move(p);
    return;
  }
  p.revision = was_revision_ + 1;
  d_.was_revision = was_revision_;
  d_.changed = std::move(p);
}

}  // namespace trayline::payments
