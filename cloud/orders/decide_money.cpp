// What payments says: the hold stands or does not, the money moved or did not.
#include "cloud/orders/change.hpp"
#include "cloud/orders/decide.hpp"
#include "lib/wire/payments.hpp"

namespace trayline::orders {
namespace {

Event event_of(wire::orders::HoldOutcome outcome) {
  switch (outcome) {
    case wire::orders::HoldOutcome::authorised:
      return Event::hold_authorised;
    case wire::orders::HoldOutcome::action_required:
      return Event::hold_action_required;
    case wire::orders::HoldOutcome::declined:
    case wire::orders::HoldOutcome::no_card:
      return Event::hold_declined;
    case wire::orders::HoldOutcome::raise_declined:
      return Event::raise_declined;
  }
  return Event::hold_declined;
}

// The tray may have stood there before the money was held; it counts only while it is this
// order's.
void follow_tray(const Snapshot& snapshot, Change& change) {
  Order& order = change.order;
  if (!stands_there(snapshot, order)) {
    order.tray = TrayWord::none;
    order.difference = {};
    return;
  }
  switch (change.order.tray) {
    case TrayWord::none:
      return;
    case TrayWord::match:
      if (change.step(Event::tray_match, "seen before the hold")) change.ask_capture();
      return;
    case TrayWord::mismatch:
      change.step(Event::tray_mismatch, "seen before the hold");
      return;
    case TrayWord::unsure:
      change.step(Event::tray_unsure, "seen before the hold");
      return;
  }
}

// The lines that waited for a greater hold: they are the order's now, or they are given up. A tray
// that was seen meanwhile was compared with them.
void follow_pending(Change& change, bool raised) {
  Order& order = change.order;
  if (!order.pending) return;
  const Pending pending = *order.pending;
  if (raised && order.hold_minor >= pending.total_minor) {
    change.put_lines(pending);
    if (!pending.capture || pending.moved) return;
    order.tray = TrayWord::match;  // as a person said
    order.difference = {};
    return;
  }
  change.drop_pending();
  order.reason = "raise_declined";
  if (!pending.moved) return;
  order.tray = TrayWord::unsure;
  order.difference = {};
}

}  // namespace

Decision decide_hold(const Snapshot& snapshot, const Settings& settings,
                     const wire::orders::HoldResult& result, Time now) {
  Decision d;
  const auto found = snapshot.orders.find(result.order);
  check(found != snapshot.orders.end(), "the result of a hold for an order that is not there");
  Change change(d, settings, found->second, now);
  Order& order = change.order;
  if (!change.step(event_of(result.outcome), result.reason)) return d;
  order.reason = result.reason;
  if (result.outcome == wire::orders::HoldOutcome::no_card) order.reason = "no_card";
  if (order.state == State::authorised) {
    order.hold_minor = result.hold_minor;
    follow_pending(change, result.outcome == wire::orders::HoldOutcome::authorised);
    follow_tray(snapshot, change);
  } else if (order.state == State::declined) {
    order.hold_minor = 0;
    follow_pending(change, false);
    order.reason = result.reason.empty() ? order.reason : result.reason;
  }
  if (order.tray != TrayWord::none) change.update_screen();
  change.finish();
  return d;
}

namespace {

// Why an order was paid with less: a person took it at the provider.
std::string less_than_asked(const Order& order, const wire::orders::CaptureResult& result) {
  if (result.captured_minor >= order.total.minor) return "";
  return "captured " + std::to_string(result.captured_minor) + " of " +
         std::to_string(order.total.minor);
}

}  // namespace

Decision decide_capture(const Snapshot& snapshot, const Settings& settings,
                        const wire::orders::CaptureResult& result, Time now) {
  Decision d;
  const auto found = snapshot.orders.find(result.order);
  check(found != snapshot.orders.end(), "the result of a capture for an order that is not there");
  Change change(d, settings, found->second, now);
  Order& order = change.order;
  order.reason = result.reason;
  switch (result.outcome) {
    case wire::orders::CaptureOutcome::captured:
      if (order.state == State::cancelled || order.state == State::expired) {
        d.out.dead_letters.push_back({std::string(wire::orders::kService),
                                      "captured after the order had ended", to_json_text(result)});
        return d;
      }
      if (!change.step(Event::captured, less_than_asked(order, result))) return d;
      check(result.captured_minor <= order.total.minor, "captured more than was asked");
      order.captured_minor = result.captured_minor;
      d.out.cancel_timers.push_back(expiry_timer(order.id));
      break;
    case wire::orders::CaptureOutcome::lapsed:
      if (!change.step(Event::capture_lapsed, "the hold lapsed")) return d;
      order.hold_minor = 0;
      if (order.means == Means::counter) {  // the promise was given up, nobody holds it anew
        change.step(Event::hold_declined, "nobody paid at the counter");
        break;
      }
      if (order.holds >= settings.holds_max) {
        change.step(Event::hold_declined, "the hold lapsed");
        break;
      }
      ++order.holds;
      change.ask_hold(true);
      break;
    case wire::orders::CaptureOutcome::refused:
      if (!change.step(Event::capture_refused, result.reason)) return d;
      break;
  }
  change.update_screen();
  change.finish();
  return d;
}

}  // namespace trayline::orders
