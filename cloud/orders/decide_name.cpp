// A person names what the camera was unsure of; the tray is judged anew as if it had been seen so
// (docs/spec/orders.md [orders-8.11]).
#include "cloud/orders/answering.hpp"
#include "cloud/orders/decide.hpp"

namespace trayline::orders {

Decision decide_name_items(const Snapshot& snapshot, const Settings& settings,
                           const wire::orders::NameItems& named, std::uint64_t request, Time now) {
  Decision d;
  Answering answer(d, settings, request);
  const Order* before = find_for(snapshot, named.order, named.who, answer);
  if (before == nullptr) return d;
  if (named.version != 0 && named.version != before->version) {
    answer.stale(*before);
    return d;
  }
  if (before->state != State::review && before->state != State::mismatch) {
    answer.refuse(Code::conflict, "nothing_to_name", "The order waits for nobody's decision.");
    return d;
  }
  if (before->prediction != named.tray.id || !stands_there(snapshot, *before)) {
    answer.refuse(Code::conflict, "tray_unclear",
                  "Another tray was seen since. Look at the order again.");
    return d;
  }
  put_tray(d, settings, *before, {named.tray, named.who}, now);
  answer.show(*d.changed);
  return d;
}

}  // namespace trayline::orders
