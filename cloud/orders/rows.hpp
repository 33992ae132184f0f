// Orders as rows and back.
#pragma once
#include <string>
#include <vector>

#include "cloud/orders/orders.hpp"
#include "lib/store/store.hpp"

namespace trayline::orders {

// Without its lines.
Order order_from(const store::Row& row);
// Reads the lines of these orders into them; one statement.
Result<void> load_lines(store::Session& session, std::vector<Order*> orders);
// For the statement insert_orders.
void add_insert(store::Rows& rows, const Order& order);
// For the statement update_orders.
void add_update(store::Rows& rows, const Order& order, std::int64_t was_version);

inline constexpr std::size_t kInsertColumns = 22;
inline constexpr std::size_t kUpdateColumns = 15;

}  // namespace trayline::orders
