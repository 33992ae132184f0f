// Requests of customers and staff as messages, and what they read. routes.cpp has the table.
// Handlers run on any worker's thread.
#pragma once
#include <memory>

#include "cloud/orders/orders.hpp"
#include "lib/host/route.hpp"

namespace trayline::orders {

// Bounds on requests.
inline constexpr std::size_t kOrderLinesMax = 40;
inline constexpr std::int64_t kQuantityMax = 100;
inline constexpr std::int64_t kPageMax = 100;
inline constexpr std::size_t kReasonBytesMax = 200;
inline constexpr std::int64_t kHistoryMax = 1000;
inline constexpr std::int64_t kRefundsMax = 1000;

using host::OrProblem;
using SettingsPtr = std::shared_ptr<const Settings>;

tl::unexpected<host::Problem> refuse(Code code, std::string type, std::string detail,
                                     std::vector<JsonProblem> errors = {});
// Another user's order is as good as none; staff sees all.
OrProblem<Order> own_order(const host::Asked& asked, store::Session& reader);
Who who_asks(const host::Asked& asked);

// Changes.
OrProblem<host::Message> place(const host::Asked&, store::Session&);
OrProblem<host::Message> edit(const host::Asked&, store::Session&);
OrProblem<host::Message> settle(const host::Asked&, store::Session&);
OrProblem<host::Message> cancel(const host::Asked&, store::Session&);
OrProblem<host::Message> retry(const host::Asked&, store::Session&);
OrProblem<host::Message> bind(const host::Asked&, store::Session&);
OrProblem<host::Message> refund(const host::Asked&, store::Session&);

// Reads.
host::Query one_order(SettingsPtr settings);
host::Query orders_page(SettingsPtr settings);
host::Query staff_queue(SettingsPtr settings);
host::Query my_code(SettingsPtr settings);
host::Query basket_view(SettingsPtr settings);
OrProblem<host::Answer> history(const host::Asked&, store::Session& reader);
OrProblem<host::Answer> refunds(const host::Asked&, store::Session& reader);
host::Live order_events(SettingsPtr settings);

// JSON Schemas of the bodies.
Json place_schema();
Json edit_schema();
Json settle_schema();
Json payment_schema();
Json refund_request_schema();

}  // namespace trayline::orders
