// A new order with its prices: placed, and its hold asked for.
#include "cloud/orders/change.hpp"
#include "cloud/orders/decide.hpp"
#include "cloud/orders/event.hpp"
#include "cloud/orders/view.hpp"

namespace trayline::orders {

Decision decide_place(const Snapshot& snapshot, const Settings& settings,
                      const wire::orders::Place& place, std::uint64_t request, Time now) {
  Decision d;
  const auto answer = [&](const Order& order) {
    host::Answer a;
    a.status = 201;
    a.body = view_of(order, settings);
    a.location = "/v1/orders/" + order.id.value;
    a.etag = etag_of(order);
    d.out.replies.push_back({request, std::move(a)});
  };
  if (const auto known = snapshot.orders.find(place.order); known != snapshot.orders.end()) {
    answer(known->second);
    return d;
  }
  if (const auto open = snapshot.open_of.find({place.user, place.site});
      open != snapshot.open_of.end() && open->second >= settings.customer_open_max) {
    d.out.messages.push_back(adjust_stock(place.site, counts_of(place.lines)));
    host::Answer a;
    a.problem = host::Problem{Code::conflict,
                              "too_many_open_orders",
                              "You have " + std::to_string(settings.customer_open_max) +
                                  " open orders here. Pick one up or cancel one, then order again.",
                              {}};
    d.out.replies.push_back({request, std::move(a)});
    return d;
  }
  const auto last = snapshot.numbers.find(place.site);
  const std::int64_t number = (last == snapshot.numbers.end() ? 0 : last->second) + 1;
  Order order;
  order.id = place.order;
  order.code = place.code;
  order.number = "A-" + std::to_string(number);
  order.user = place.user;
  order.site = place.site;
  order.total = place.total;
  order.tax_minor = tax_at(settings, place.site, place.lines);
  order.means = place.means;
  order.menu_version = place.menu_version;
  order.placed = now;
  order.updated = now;
  order.lines = place.lines;
  d.number = {place.site, number};
  const Who who{wire::orders::Role::customer, place.user.value};
  d.history.push_back({order.id, order.version, order.state, "place", "", text_of(who)});
  Change change(d, settings, std::move(order), now, who);
  change.expire_at(now + settings.order_ttl);
  change.ask_hold(false);
  d.out.wake.push_back("order:" + change.order.id.value);
  tell_of(change.order, d.out);
  answer(change.order);
  d.placed = std::move(change.order);
  return d;
}

}  // namespace trayline::orders
