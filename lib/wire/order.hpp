// What an order is made of, as catalogue and orders both name it: its states, its lines, who acts.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "lib/base/describe.hpp"
#include "lib/base/ids.hpp"

namespace trayline::wire::orders {

// architecture.md 6. Terminal: cancelled, expired, refunded; paid leads to refunded only, and
// refunded back to paid only where that money returned (docs/decisions, 8).
enum class State {
  basket,
  placed,
  authorised,
  verified,
  capturing,
  paid,
  declined,
  action_required,
  mismatch,
  review,
  cancelled,
  expired,
  refunded,
};
constexpr auto enum_names(State) {
  using enum State;
  using namespace std::string_view_literals;
  return std::array{
      std::pair{basket, "basket"sv},         std::pair{placed, "placed"sv},
      std::pair{authorised, "authorised"sv}, std::pair{verified, "verified"sv},
      std::pair{capturing, "capturing"sv},   std::pair{paid, "paid"sv},
      std::pair{declined, "declined"sv},     std::pair{action_required, "action_required"sv},
      std::pair{mismatch, "mismatch"sv},     std::pair{review, "review"sv},
      std::pair{cancelled, "cancelled"sv},   std::pair{expired, "expired"sv},
      std::pair{refunded, "refunded"sv}};
}

struct Line {
  Sku sku;
  std::string name;
  std::int64_t quantity = 1;
  std::int64_t price_minor = 0;  // of one
  std::int64_t tax_bp = 0;       // the rate of the tax that the price contains, 1/100 of a percent
  bool operator==(const Line&) const = default;
  static void describe(auto& member, auto& self) {
    member("sku", self.sku);
    member("name", self.name);
    member("quantity", self.quantity);
    member("price_minor", self.price_minor);
    member.defaulted("tax_bp", self.tax_bp);
  }
};

enum class Role { system, customer, staff, device };
constexpr auto enum_names(Role) {
  using enum Role;
  return std::array{std::pair{system, std::string_view("system")},
                    std::pair{customer, std::string_view("customer")},
                    std::pair{staff, std::string_view("staff")},
                    std::pair{device, std::string_view("device")}};
}

// Who does something to an order; id: of the account or the core.
struct Who {
  Role role = Role::system;
  std::string id;
  bool operator==(const Who&) const = default;
  static void describe(auto& member, auto& self) {
    member("role", self.role);
    member.defaulted("id", self.id);
  }
};

// What new lines of an order are for. edit: before a tray was seen; settle: a person decides about
// the tray; basket: a tray without an order.
enum class Purpose { edit, settle, basket };
constexpr auto enum_names(Purpose) {
  using enum Purpose;
  return std::array{std::pair{edit, std::string_view("edit")},
                    std::pair{settle, std::string_view("settle")},
                    std::pair{basket, std::string_view("basket")}};
}

}  // namespace trayline::wire::orders
