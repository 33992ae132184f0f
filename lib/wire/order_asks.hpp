// What people ask of orders: other lines, another card, an end, money back. orders.hpp has the rest
// of what orders accepts.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/describe.hpp"
#include "lib/base/ids.hpp"
#include "lib/base/money.hpp"
#include "lib/wire/order.hpp"
#include "lib/wire/payments.hpp"
#include "lib/wire/prediction.hpp"

namespace trayline::wire::orders {

// Other lines for an order, priced by the catalogue. had: what the order had when it was read at
// this version; refused: why a basket cannot be sold; as_is: the lines that it has are accepted.
struct Revise {
  static constexpr std::string_view kType = "revise";
  OrderId order;
  Purpose purpose = Purpose::edit;
  Who who;
  std::int64_t version = 0;  // 0: any
  std::string why = {};
  bool as_is = false;
  std::string menu_version = {};
  Money total = {};
  std::vector<Line> lines = {};
  std::vector<SkuCount> had = {};
  std::string refused = {};
  static void describe(auto& member, auto& self) {
    member("order", self.order);
    member("purpose", self.purpose);
    member("who", self.who);
    member("version", self.version);
    member.defaulted("why", self.why);
    member.defaulted("as_is", self.as_is);
    member.defaulted("menu_version", self.menu_version);
    member.defaulted("total", self.total);
    member.defaulted("lines", self.lines);
    member.defaulted("had", self.had);
    member.defaulted("refused", self.refused);
  }
};

// A customer takes a basket as theirs.
struct Bind {
  static constexpr std::string_view kType = "bind";
  OrderId order;
  UserId user;
  payments::Means means = payments::Means::card;
  static void describe(auto& member, auto& self) {
    member("order", self.order);
    member("user", self.user);
    member.defaulted("means", self.means);
  }
};

// Try once more to pay an order that was declined.
struct Retry {
  static constexpr std::string_view kType = "retry";
  OrderId order;
  Who who;
  payments::Means means = payments::Means::card;
  static void describe(auto& member, auto& self) {
    member("order", self.order);
    member("who", self.who);
    member.defaulted("means", self.means);
  }
};

// Staff cancels for anybody; version: 0 for any.
struct Cancel {
  static constexpr std::string_view kType = "cancel";
  OrderId order;
  UserId user;
  std::string why;
  bool staff = false;
  std::int64_t version = 0;
  static void describe(auto& member, auto& self) {
    member("order", self.order);
    member("user", self.user);
    member("why", self.why);
    member.defaulted("staff", self.staff);
    member.defaulted("version", self.version);
  }
};

// Staff gives money back: this much, or all that is left.
struct AskRefund {
  static constexpr std::string_view kType = "ask_refund";
  OrderId order;
  RefundId refund;
  std::optional<std::int64_t> amount_minor;
  std::string reason;  // duplicate | fraudulent | requested_by_customer
  Who who;
  static void describe(auto& member, auto& self) {
    member("order", self.order);
    member("refund", self.refund);
    member("amount_minor", self.amount_minor);
    member("reason", self.reason);
    member("who", self.who);
  }
};

}  // namespace trayline::wire::orders
