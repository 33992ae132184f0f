#include "cloud/orders/transitions.hpp"

#include <algorithm>

namespace trayline::orders {
namespace {

struct Row {
  State from;
  Event event;
  State to;
};

using enum State;

// Everything that is not listed changes nothing.
constexpr Row kTable[] = {
    {basket, Event::basket_priced, basket},
    {basket, Event::basket_refused, cancelled},
    {basket, Event::tray_unsure, cancelled},
    {basket, Event::bind, placed},
    {basket, Event::cancel, cancelled},
    {basket, Event::expire, expired},

    {placed, Event::hold_authorised, authorised},
    {placed, Event::hold_declined, declined},
    {placed, Event::hold_action_required, action_required},
    {placed, Event::raise_declined, authorised},
    {placed, Event::cancel, cancelled},
    {placed, Event::expire, expired},

    {action_required, Event::hold_authorised, authorised},
    {action_required, Event::hold_declined, declined},
    {action_required, Event::raise_declined, authorised},
    {action_required, Event::hold_ending, expired},
    {action_required, Event::cancel, cancelled},
    {action_required, Event::expire, expired},

    // A success that arrives late still holds the money.
    {declined, Event::hold_authorised, authorised},
    {declined, Event::retry, placed},
    {declined, Event::edit, declined},
    {declined, Event::cancel, cancelled},
    {declined, Event::expire, expired},

    {authorised, Event::tray_match, verified},
    {authorised, Event::tray_mismatch, mismatch},
    {authorised, Event::tray_unsure, review},
    {authorised, Event::edit, authorised},
    {authorised, Event::raise_asked, placed},
    {authorised, Event::hold_ending, expired},
    {authorised, Event::cancel, cancelled},
    {authorised, Event::expire, expired},

    {mismatch, Event::tray_match, verified},
    {mismatch, Event::tray_mismatch, mismatch},
    {mismatch, Event::tray_unsure, review},
    {mismatch, Event::settle, verified},
    {mismatch, Event::raise_asked, placed},
    {mismatch, Event::hold_ending, expired},
    {mismatch, Event::cancel, cancelled},
    {mismatch, Event::expire, expired},

    {review, Event::tray_match, verified},
    {review, Event::tray_mismatch, mismatch},
    {review, Event::tray_unsure, review},
    {review, Event::settle, verified},
    {review, Event::raise_asked, placed},
    {review, Event::hold_ending, expired},
    {review, Event::cancel, cancelled},
    {review, Event::expire, expired},

    {verified, Event::capture_asked, capturing},
    {verified, Event::hold_too_small, review},

    {capturing, Event::captured, paid},
    {capturing, Event::capture_lapsed, placed},
    {capturing, Event::capture_refused, review},

    {paid, Event::refund_asked, paid},
    {paid, Event::refund_part, paid},
    {paid, Event::refund_failed, paid},
    {paid, Event::refund, refunded},
    // The only way out of an end: the bank sent the money back to us (docs/decisions/0008).
    {refunded, Event::refund_failed, paid},
};

}  // namespace

std::optional<State> transition(State state, Event event) {
  const auto* found = std::find_if(std::begin(kTable), std::end(kTable), [&](const Row& row) {
    return row.from == state && row.event == event;
  });
  if (found == std::end(kTable)) return std::nullopt;
  return found->to;
}

bool is_terminal(State state) {
  return state == cancelled || state == expired || state == refunded;
}

bool is_settled(State state) {
  return state == verified || state == capturing || state == paid || state == refunded;
}

}  // namespace trayline::orders
