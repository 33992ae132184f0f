// What the operator's systems are told of an order. Pure.
#pragma once
#include "cloud/orders/orders.hpp"

namespace trayline::orders {

// Asks webhooks to tell that the order has come to its state; nothing for states that only pass.
// The data is the order without its code and without anything about its user but the id. The
// event's id is made of the order's and its version, which must be the one that is saved.
void tell_of(const Order& order, host::Output& out);

}  // namespace trayline::orders
