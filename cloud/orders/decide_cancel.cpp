// The order ends without a charge: somebody cancels it, its time is over, or its hold ends.
#include "cloud/orders/answering.hpp"
#include "cloud/orders/change.hpp"
#include "cloud/orders/decide.hpp"

namespace trayline::orders {

using wire::orders::Role;

Decision decide_cancel(const Snapshot& snapshot, const Settings& settings,
                       const wire::orders::Cancel& cancel, std::uint64_t request, Time now) {
  Decision d;
  Answering answer(d, settings, request);
  const Who who{cancel.staff ? Role::staff : Role::customer, cancel.user.value};
  const Order* before = find_for(snapshot, cancel.order, who, answer);
  if (before == nullptr) return d;
  if (cancel.version != 0 && cancel.version != before->version) {
    answer.stale(*before);
    return d;
  }
  if (is_settled(before->state) && !is_terminal(before->state)) {
    answer.refuse(Code::conflict, "capture_asked",
                  "The tray was accepted and is being paid; ask for a refund.");
    return d;
  }
  Change change(d, settings, *before, now, who);
  if (!change.step(Event::cancel, cancel.why)) {  // it has ended already: the same answer again
    answer.show(*before);
    return d;
  }
  change.release("requested_by_customer");
  change.update_screen();
  change.finish();
  answer.show(*d.changed);
  return d;
}

Decision decide_expire(const Snapshot& snapshot, const Settings& settings,
                       const wire::orders::Expire& expire, Time now) {
  Decision d;
  const auto found = snapshot.orders.find(expire.order);
  if (found == snapshot.orders.end()) return d;
  Change change(d, settings, found->second, now);
  const State state = found->second.state;
  if (state == State::verified || state == State::capturing) {  // its end comes from the provider
    change.expire_at(now + settings.expire_again);
    if (state == State::capturing && found->second.means == Means::counter) {
      change.ask_void("abandoned");  // nobody came to the cashier: it is given up, and so declined
    }
    return d;
  }
  if (!change.step(Event::expire, "not picked up")) return d;
  change.release("abandoned");
  change.update_screen();
  change.finish();
  return d;
}

Decision decide_hold_ending(const Snapshot& snapshot, const Settings& settings,
                            const wire::orders::HoldEnding& ending, Time now) {
  Decision d;
  const auto found = snapshot.orders.find(ending.order);
  check(found != snapshot.orders.end(), "the end of a hold for an order that is not there");
  Change change(d, settings, found->second, now);
  if (!change.step(Event::hold_ending, "the hold ends")) return d;
  change.release("abandoned");
  change.update_screen();
  change.finish();
  return d;
}

}  // namespace trayline::orders
