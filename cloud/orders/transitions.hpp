// The one transition table of orders (architecture.md 6, docs/spec/orders.md [orders-2]). Pure.
#pragma once
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "lib/wire/orders.hpp"

namespace trayline::orders {

using wire::orders::State;

enum class Event {
  bind,
  basket_priced,
  basket_refused,
  hold_authorised,
  hold_declined,
  hold_action_required,
  raise_asked,
  raise_declined,
  hold_ending,
  retry,
  edit,
  tray_match,
  tray_mismatch,
  tray_unsure,
  settle,
  capture_asked,
  hold_too_small,
  captured,
  capture_lapsed,
  capture_refused,
  cancel,
  expire,
  refund_asked,
  refund_part,
  refund,
  refund_failed,
};
constexpr auto enum_names(Event) {
  using enum Event;
  using namespace std::string_view_literals;
  return std::array{std::pair{bind, "bind"sv},
                    std::pair{basket_priced, "basket_priced"sv},
                    std::pair{basket_refused, "basket_refused"sv},
                    std::pair{hold_authorised, "hold_authorised"sv},
                    std::pair{hold_declined, "hold_declined"sv},
                    std::pair{hold_action_required, "hold_action_required"sv},
                    std::pair{raise_asked, "raise_asked"sv},
                    std::pair{raise_declined, "raise_declined"sv},
                    std::pair{hold_ending, "hold_ending"sv},
                    std::pair{retry, "retry"sv},
                    std::pair{edit, "edit"sv},
                    std::pair{tray_match, "tray_match"sv},
                    std::pair{tray_mismatch, "tray_mismatch"sv},
                    std::pair{tray_unsure, "tray_unsure"sv},
                    std::pair{settle, "settle"sv},
                    std::pair{capture_asked, "capture_asked"sv},
                    std::pair{hold_too_small, "hold_too_small"sv},
                    std::pair{captured, "captured"sv},
                    std::pair{capture_lapsed, "capture_lapsed"sv},
                    std::pair{capture_refused, "capture_refused"sv},
                    std::pair{cancel, "cancel"sv},
                    std::pair{expire, "expire"sv},
                    std::pair{refund_asked, "refund_asked"sv},
                    std::pair{refund_part, "refund_part"sv},
                    std::pair{refund, "refund"sv},
                    std::pair{refund_failed, "refund_failed"sv}};
}

// The state after the event; none where the event changes nothing in this state.
std::optional<State> transition(State state, Event event);

bool is_terminal(State state);
// Capture was asked for, or more: trays change nothing any more.
bool is_settled(State state);

}  // namespace trayline::orders
