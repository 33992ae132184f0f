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
  Change(Decision& decision, const Settings& settings, Order order, Time now, Who who = {});

  Order order;

  // False where the table says that the event changes nothing.
  bool step(Event event, std::string_view why);
  // verified -> capturing, with the message to payments. An order whose hold is too small goes to
  // a person instead.
  void ask_capture();
  // Asks payments to hold the total.
  void ask_hold(bool off_session);
  // Asks payments to give the hold back.
  void ask_void(std::string_view reason);
  // The lines that it gets, now that the money for them is held or nobody asked for more.
  void put_lines(const Pending& lines);
  // It has no lines and no price until put_lines.
  void drop_lines();
  // Forgets the lines that were to come; what they took goes back to the stock.
  void drop_pending();
  // Starts the clock after which the order expires.
  void expire_at(Time due);
  // What the screen of the order's station shows; nothing without a station.
  void show(std::string_view status, bool update, const wire::Prediction* seen = nullptr);
  // Shows what belongs to the state, because its tray was seen just now.
  void show_state(const wire::Prediction* seen = nullptr);
  // The same for news from elsewhere: a screen that shows another order by now keeps it.
  void update_screen();
  // Gives money and goods back, and stops the clock, of an order that ends without a charge.
  void release(std::string_view reason);
  // Puts the order into the decision; version + 1 where something visible changed.
  void finish();

 private:
  Decision& decision_;
  const Settings& settings_;
  Time now_;
  std::string who_;
  State was_state_;
  std::int64_t was_version_;
};

// Woken by every visible change of any order.
inline constexpr std::string_view kBoardKey = "orders.board";

// "<role>:<id>", or the role alone, as the history keeps it.
std::string text_of(const Who& who);
// What goes back to the stock of a site.
host::Message adjust_stock(const SiteId& site, std::vector<wire::SkuCount> back);
// What `less` has not of `all`; counts below zero where it has more.
std::vector<wire::SkuCount> without(const std::vector<wire::SkuCount>& all,
                                    const std::vector<wire::SkuCount>& less);
// The tax that these lines contain by the site's rule; catalogue bounds lines and rates.
std::int64_t tax_at(const Settings& settings, const SiteId& site, const std::vector<Line>& lines);

// The order's id of its expiry timer.
std::string expiry_timer(const OrderId& order);
// What a screen shows for it, e.g. "checking".
std::string_view screen_status(const Order& order);
// Ordered counts by SKU, for verification.
std::vector<wire::SkuCount> counts_of(const Order& order);
std::vector<wire::SkuCount> counts_of(const std::vector<Line>& lines);
// The lines of a screen: ordered lines, and what the difference says about them.
std::vector<wire::ScreenLine> screen_lines(const Order& order);

}  // namespace trayline::orders
