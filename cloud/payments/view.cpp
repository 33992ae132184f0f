#include "cloud/payments/view.hpp"

#include "cloud/payments/decline.hpp"
#include "lib/host/schema.hpp"

namespace trayline::payments {

std::string waits_for_customer(const Payment& p) {
  if (p.state == PaymentState::action_required) return p.intent;
  const bool raise_waits = p.state == PaymentState::raising && p.raise.step == RaiseStep::action;
  return raise_waits ? p.raise.intent : "";
}

Json view_of(const Payment& p, const Json& secrets) {
  Json::Object view;
  view.set("order", p.order.value).set("means", enum_name(p.means));
  view.set("state", enum_name(p.state)).set("currency", p.amount.currency.str());
  view.set("amount_minor", p.amount.minor).set("hold_minor", p.hold_minor);
  view.set("captured_minor", p.captured_minor).set("refunded_minor", p.refunded_minor);
  const bool waits = !waits_for_customer(p).empty();
  const bool told = p.state == PaymentState::declined || p.state == PaymentState::lapsed;
  const std::string code = waits                      ? "authentication_required"
                           : told && p.reason.empty() ? "hold_lapsed"
                           : told                     ? p.reason
                                                      : "";
  if (!code.empty()) {
    const Decline& why = decline_of(code);
    view.set("reason", why.reason).set("message", why.words);
    view.set("next_step", enum_name(why.next));
  }
  if (!secrets.is_null()) view.set("confirm", secrets);
  return Json(std::move(view));
}

Json payment_schema() {
  using namespace host::schema;
  const Json confirm = object(
      "", {{"client_secret", text()}, {"publishable_key", text()}, {"provider_url", text()}});
  return object("Payment",
                {{"order", text()},
                 {"means", one_of<Means>()},
                 {"state", one_of<PaymentState>()},
                 {"currency", text()},
                 {"amount_minor", integer()},
                 {"hold_minor", integer()},
                 {"captured_minor", integer()},
                 {"refunded_minor", integer()}},
                {{"reason", text()},
                 {"message", text()},
                 {"next_step", one_of<NextStep>()},
                 {"confirm", confirm}});
}

}  // namespace trayline::payments
