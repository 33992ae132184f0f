// Baskets: a tray that was set down before anything was ordered, at a site that allows it. The
// catalogue prices it, and it waits for a customer to take it (docs/spec/orders.md [orders-9]).
// Pure.
#pragma once
#include "cloud/orders/orders.hpp"

namespace trayline::orders {

// A tray that belongs to no order, or to this basket. customer: whose code lies in the picture;
// empty for nobody's.
struct WalkUp {
  const wire::Prediction& tray;
  const Order* basket;
  SiteId site;
  UserId customer;
};

// Whether the camera is as sure of the tray as it has to be of one that is charged.
bool is_sure(const wire::Prediction& tray, const Settings& settings);

// A sure tray: a new basket, or the present one anew, goes to the catalogue for its prices. Returns
// its id.
OrderId see_basket(Decision& decision, const Snapshot& snapshot, const Settings& settings,
                   const WalkUp& seen, Time now);
// The tray is not sure any more: its basket is nobody's for good.
void drop_basket(Decision& decision, const Settings& settings, const Order& basket, Time now);
// What the catalogue says. Prices of an earlier look at the tray change nothing.
Decision price_basket(const Snapshot& snapshot, const Settings& settings,
                      const wire::orders::Revise& revise, Time now);

}  // namespace trayline::orders
