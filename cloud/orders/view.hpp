// An order as the API shows it. Pure.
#pragma once
#include <string_view>

#include "cloud/orders/orders.hpp"
#include "lib/base/json.hpp"

namespace trayline::orders {

// The code (for the QR) is part of it while the order is open.
Json view_of(const Order& order, const Settings& settings);
// Who asked for it is for staff.
Json view_of(const Refund& refund, wire::orders::Role reader);
// JSON Schemas of both, and of one step of an order's history.
Json view_schema();
Json refund_schema();
Json step_schema();
// The strong entity tag, without quotes: the order's version.
std::string etag_of(const Order& order);

}  // namespace trayline::orders
