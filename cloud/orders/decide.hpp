// What orders decides. Pure functions over the values of orders.hpp; service.cpp hands them to the
// host.
#pragma once
#include <cstdint>

#include "cloud/orders/orders.hpp"

namespace trayline::orders {

// One decision per kind of message.
Decision decide_place(const Snapshot&, const Settings&, const wire::orders::Place&,
                      std::uint64_t request, Time now);
Decision decide_tray(const Snapshot&, const Settings&, const wire::orders::TraySeen&, Time now);
Decision decide_name_items(const Snapshot&, const Settings&, const wire::orders::NameItems&,
                           std::uint64_t request, Time now);
Decision decide_hold(const Snapshot&, const Settings&, const wire::orders::HoldResult&, Time now);
Decision decide_capture(const Snapshot&, const Settings&, const wire::orders::CaptureResult&,
                        Time now);
Decision decide_cancel(const Snapshot&, const Settings&, const wire::orders::Cancel&,
                       std::uint64_t request, Time now);
Decision decide_hold_ending(const Snapshot&, const Settings&, const wire::orders::HoldEnding&,
                            Time now);
Decision decide_revise(const Snapshot&, const Settings&, const wire::orders::Revise&,
                       std::uint64_t request, Time now);
Decision decide_bind(const Snapshot&, const Settings&, const wire::orders::Bind&,
                     std::uint64_t request, Time now);
Decision decide_retry(const Snapshot&, const Settings&, const wire::orders::Retry&,
                      std::uint64_t request, Time now);
Decision decide_ask_refund(const Snapshot&, const Settings&, const wire::orders::AskRefund&,
                           std::uint64_t request, Time now);
Decision decide_refunded(const Snapshot&, const Settings&, const wire::orders::RefundResult&,
                         Time now);
Decision decide_expire(const Snapshot&, const Settings&, const wire::orders::Expire&, Time now);

// A tray, and who says what is on it.
struct Reading {
  const wire::Prediction& tray;
  Who who;
};
// The order's word on this tray, and what follows from it in the order's state.
void put_tray(Decision& d, const Settings& settings, const Order& before, const Reading& reading,
              Time now);

// Whether the visit that the order's tray was seen in is still this order's.
bool stands_there(const Snapshot& snapshot, const Order& order);

}  // namespace trayline::orders
