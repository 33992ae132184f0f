// What orders knows for an audit: how each order stands, and what became of predictions.
#pragma once
#include <functional>
#include <string>

#include "lib/base/ids.hpp"
#include "lib/store/store.hpp"
#include "lib/wire/orders.hpp"

namespace trayline::orders {

// Each order with its state, by id, in pages.
Result<void> each_order(store::Session& session,
                        const std::function<void(OrderId, wire::orders::State)>& take);
// Per core and fate, how many predictions are stored.
Result<void> each_fate(
    store::Session& session,
    const std::function<void(CoreId, const std::string& fate, std::int64_t)>& take);

}  // namespace trayline::orders
