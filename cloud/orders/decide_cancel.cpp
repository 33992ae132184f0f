// The order ends without a charge: its customer cancels it, or its time is over.
#include "cloud/orders/change.hpp"
#include "cloud/orders/decide.hpp"
#include "cloud/orders/view.hpp"

namespace trayline::orders {

Decision decide_cancel(const Snapshot& snapshot, const Settings& settings,
                       const wire::orders::Cancel& cancel, std::uint64_t request, Time now) {
  Decision d;
  const auto answer = [&](host::Answer a) { d.out.replies.push_back({request, std::move(a)}); };
  const auto found = snapshot.orders.find(cancel.order);
  if (found == snapshot.orders.end() || found->second.user != cancel.user) {
    host::Answer a;
    a.problem = host::Problem{Code::not_found, "order_not_found", "There is no such order.", {}};
    answer(std::move(a));
    return d;
  }
  const Order& before = found->second;
  if (is_settled(before.state)) {
    host::Answer a;
    a.problem = host::Problem{Code::conflict,
                              "capture_asked",
                              "The tray was accepted and is being paid; ask for a refund.",
                              {}};
    answer(std::move(a));
    return d;
  }
  Change change(d, settings, before, now);
  if (!change.step(Event::cancel, cancel.why)) {  // it has ended already: the same answer again
    host::Answer a;
    a.body = view_of(before, settings);
    answer(std::move(a));
    return d;
  }
  change.release("requested_by_customer", "closed");
  change.update_screen();
  change.finish();
  host::Answer a;
  a.body = view_of(*d.changed, settings);
  a.etag = etag_of(*d.changed);
  answer(std::move(a));
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
    const wire::orders::In again = expire;
    d.out.timers.push_back({expiry_timer(expire.order), std::string(wire::orders::kService),
                            now + settings.expire_again, wire::variant_to_json(again)});
    return d;
  }
  if (!change.step(Event::expire, "not picked up")) return d;
  change.release("abandoned", "closed");
  change.update_screen();
  change.finish();
  return d;
}

}  // namespace trayline::orders
