// Other lines for an order: its customer edits it before its tray was seen, or a person settles
// what the camera could not (docs/spec/orders.md [orders-8]). What costs more than the hold waits
// until a greater one stands.
#include "cloud/orders/answering.hpp"
#include "cloud/orders/basket.hpp"
#include "cloud/orders/change.hpp"
#include "cloud/orders/decide.hpp"
#include "lib/wire/payments.hpp"

namespace trayline::orders {
namespace {

using wire::orders::Purpose;
using wire::orders::Revise;
using wire::orders::Role;

struct Refusal {
  std::string type;
  std::string detail;
};

std::optional<Refusal> refusal_of(const Snapshot& snapshot, const Order& order,
                                  const Revise& revise) {
  const bool staff = revise.who.role == Role::staff;
  if (revise.purpose == Purpose::edit) {
    const bool early = order.tray == TrayWord::none &&
                       (order.state == State::authorised || order.state == State::declined);
    if (early) return std::nullopt;
    return Refusal{"not_editable",
                   "An order can be edited while no tray was seen, and no payment "
                   "is under way."};
  }
  const bool waits = order.state == State::mismatch || order.state == State::review;
  if (!waits) return Refusal{"nothing_to_settle", "The order waits for nobody's decision."};
  if (!staff && (order.state == State::review || revise.as_is)) {
    return Refusal{"staff_decides", "A colleague is looking at your tray."};
  }
  if (!revise.as_is && !stands_there(snapshot, order)) {
    return Refusal{"tray_unclear", "What stands there is another order's by now."};
  }
  return std::nullopt;
}

Pending lines_of(const Settings& settings, const Order& order, const Revise& revise) {
  if (revise.as_is) {
    return {order.lines, order.total.minor, order.tax_minor, order.menu_version, true, false};
  }
  return {revise.lines,
          revise.total.minor,
          tax_at(settings, order.site, revise.lines),
          revise.menu_version,
          revise.purpose == Purpose::settle,
          false};
}

// The catalogue has moved the stock from what the order had to what it should get; back.
void undo_stock(Decision& d, const SiteId& site, const Revise& revise) {
  if (revise.as_is) return;
  const auto back = without(counts_of(revise.lines), revise.had);
  if (!back.empty()) d.out.messages.push_back(adjust_stock(site, back));
}

void ask_raise(Decision& d, Change& change, Pending lines, const Who& who) {
  d.out.messages.push_back(host::to<wire::payments::In>(
      wire::payments::kService,
      wire::payments::Raise{change.order.id,
                            {lines.total_minor, change.order.total.currency},
                            who.role == Role::staff}));
  change.order.pending = std::move(lines);
}

void settle(Change& change, const Pending& lines, const std::string& why) {
  change.put_lines(lines);
  change.order.tray = TrayWord::match;  // as a person said
  change.order.difference = {};
  change.order.reason.clear();
  if (change.step(Event::settle, why)) change.ask_capture();
}

}  // namespace

Decision decide_revise(const Snapshot& snapshot, const Settings& settings, const Revise& revise,
                       std::uint64_t request, Time now) {
  if (revise.purpose == Purpose::basket) return price_basket(snapshot, settings, revise, now);
  Decision d;
  Answering answer(d, settings, request);
  const Order* before = find_for(snapshot, revise.order, revise.who, answer);
  if (before == nullptr) return d;
  const std::optional<Refusal> refusal = refusal_of(snapshot, *before, revise);
  if (revise.version != 0 && revise.version != before->version) {
    answer.stale(*before);
    undo_stock(d, before->site, revise);
    return d;
  }
  if (refusal) {
    answer.refuse(Code::conflict, refusal->type, refusal->detail);
    undo_stock(d, before->site, revise);
    return d;
  }
  Pending lines = lines_of(settings, *before, revise);
  Change change(d, settings, *before, now, revise.who);
  if (lines.total_minor == 0) {
    change.step(Event::cancel, "settled: there is nothing to pay");
    undo_stock(d, before->site, revise);  // release gives back all that the order had
    change.release("requested_by_customer");
  } else if (before->state == State::declined) {
    change.step(Event::edit, revise.why);
    change.put_lines(lines);
  } else if (lines.total_minor > before->hold_minor) {
    change.step(Event::raise_asked, revise.why);
    ask_raise(d, change, std::move(lines), revise.who);
  } else if (lines.capture) {
    settle(change, lines, revise.why);
  } else {
    change.step(Event::edit, revise.why);
    change.put_lines(lines);
  }
  if (change.order.tray != TrayWord::none) change.update_screen();
  change.finish();
  answer.show(*d.changed);
  return d;
}

Decision decide_retry(const Snapshot& snapshot, const Settings& settings,
                      const wire::orders::Retry& retry, std::uint64_t request, Time now) {
  Decision d;
  Answering answer(d, settings, request);
  const Order* before = find_for(snapshot, retry.order, retry.who, answer);
  if (before == nullptr) return d;
  if (before->holds > settings.retries_max) {
    answer.refuse(Code::conflict, "too_many_tries", "The payment was tried too often. Order anew.");
    return d;
  }
  Change change(d, settings, *before, now, retry.who);
  if (!change.step(Event::retry, enum_name(retry.means))) {
    answer.refuse(Code::conflict, "not_declined", "Only a declined order is paid another way.");
    return d;
  }
  ++change.order.holds;
  change.order.means = retry.means;
  change.order.reason.clear();
  change.ask_hold(retry.who.role == Role::staff);
  if (change.order.tray != TrayWord::none) change.update_screen();
  change.finish();
  answer.show(*d.changed);
  return d;
}

}  // namespace trayline::orders
