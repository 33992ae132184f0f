// One order on its way through one decision: applies events by the table, and collects what every
// visible change brings with it (history, stream, news, screen). Pure.
#pragma once
#include <string>
#include <string_view>

#include "cloud/orders/orders.hpp"
#include "lib/wire/screen.hpp"

namespace trayline::orders {

class Change {
 public:
  Change(Decision& decision, const Settings& settings, Order order, Time now);

  Order order;

  // False where the table says that the event changes nothing.
  bool step(Event event, std::string_view why);
  // verified -> capturing, with the message to payments. An order whose hold is too small goes to
  // a person instead.
  void ask_capture();
  // What the screen of the order's station shows; nothing without a station.
  void show(std::string_view status, bool update);
  // Shows what belongs to the state, because its tray was seen just now.
  void show_state();
  // The same for news from elsewhere: a screen that shows another order by now keeps it.
  void update_screen();
  // Gives the money back and stops the clock of an order that ends without a charge.
  void release(std::string_view reason, std::string_view fate);
  // Puts the order into the decision; version + 1 where something visible changed.
  void finish();

 private:
  Decision& decision_;
  const Settings& settings_;
  Time now_;
  State was_state_;
  std::int64_t was_version_;
};

// The order's id of its expiry timer.
std::string expiry_timer(const OrderId& order);
// What a screen shows for a state, e.g. "checking".
std::string_view screen_status(State state);
// Ordered counts by SKU, for verification.
std::vector<wire::SkuCount> counts_of(const Order& order);
// The lines of a screen: ordered lines, and what the difference says about them.
std::vector<wire::ScreenLine> screen_lines(const Order& order);

}  // namespace trayline::orders
