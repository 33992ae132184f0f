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

// For the statement insert_lines.
void add_lines(store::Rows& rows, const Order& order);
Refund refund_from(const store::Row& row);

inline constexpr std::size_t kInsertColumns = 29;
inline constexpr std::size_t kUpdateColumns = 27;
inline constexpr std::size_t kLineColumns = 7;

}  // namespace trayline::orders
