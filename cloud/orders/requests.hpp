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
// The version that the caller read, by If-Match (RFC 9110 13.1.1): 0 for "*" or where it is absent
// and not required. A tag that is not ours is a version that no order has.
OrProblem<std::int64_t> version_read(const host::Asked& asked, bool required);

// Changes.
OrProblem<host::Message> place(const host::Asked&, store::Session&);
OrProblem<host::Message> edit(const host::Asked&, store::Session&);
OrProblem<host::Message> settle(const host::Asked&, store::Session&);
OrProblem<host::Message> cancel(const host::Asked&, store::Session&);
OrProblem<host::Message> retry(const host::Asked&, store::Session&);
OrProblem<host::Message> bind(const host::Asked&, store::Session&);
OrProblem<host::Message> refund(const host::Asked&, store::Session&);
OrProblem<host::Message> name_items(const host::Asked&, store::Session& reader);

// Reads.
host::Query one_order(SettingsPtr settings);
host::Query orders_page(SettingsPtr settings);
host::Query staff_queue(SettingsPtr settings);
// A site's orders that have not ended, and those that ended a short while ago, newest first.
host::Query board(SettingsPtr settings);
// Says that something of some order changed: read the board again.
host::Live board_events();
inline constexpr std::int64_t kBoardMax = 200;
inline constexpr Millis kBoardEnded{30 * 60 * 1000};
inline constexpr Millis kBoardPlaced{24 * 60 * 60 * 1000};  // older ones are not looked at
host::Query my_code(SettingsPtr settings);
host::Query basket_view(SettingsPtr settings);
OrProblem<host::Answer> history(const host::Asked&, store::Session& reader);
// The tray that the order's state rests on, as the camera saw it; for staff.
OrProblem<host::Answer> tray(const host::Asked&, store::Session& reader);
OrProblem<host::Answer> refunds(const host::Asked&, store::Session& reader);
host::Live order_events(SettingsPtr settings);

// JSON Schemas of the bodies.
Json place_schema();
Json edit_schema();
Json settle_schema();
Json payment_schema();
Json refund_request_schema();
Json name_items_schema();
Json tray_schema();

}  // namespace trayline::orders
