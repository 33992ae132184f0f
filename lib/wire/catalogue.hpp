// What the catalogue accepts: the menu and hours of a site, orders that want prices, and stock.
#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "lib/base/describe.hpp"
#include "lib/base/ids.hpp"
#include "lib/base/money.hpp"
#include "lib/wire/menu.hpp"
#include "lib/wire/order.hpp"
#include "lib/wire/payments.hpp"
#include "lib/wire/prediction.hpp"

namespace trayline::wire::catalogue {

// Replaces the menu of a site. version names its content.
struct LoadMenu {
  static constexpr std::string_view kType = "load_menu";
  SiteId site;
  std::string name;
  Currency currency;
  std::string version;
  std::vector<Item> items;
  Hours hours = {};
  static void describe(auto& member, auto& self) {
    member("site", self.site);
    member("name", self.name);
    member("currency", self.currency);
    member("version", self.version);
    member("items", self.items);
    member.defaulted("hours", self.hours);
  }
};

// New lines for an order that is there. had: its lines at this version; what it has keeps its
// price.
struct Revision {
  orders::Purpose purpose = orders::Purpose::edit;
  orders::Who who;
  std::int64_t version = 0;
  std::string why;
  std::vector<orders::Line> had;
  static void describe(auto& member, auto& self) {
    member("purpose", self.purpose);
    member("who", self.who);
    member("version", self.version);
    member.defaulted("why", self.why);
    member.defaulted("had", self.had);
  }
};

// An order as the customer asked for it; the catalogue adds names and prices and passes it on to
// orders, or answers the request with what is wrong.
struct Quote {
  static constexpr std::string_view kType = "quote";
  OrderId order;
  UserId user;
  std::string code;  // 8 random bytes, hex: names the order in QR codes
  SiteId site;
  std::vector<SkuCount> lines;
  std::optional<std::string> currency;  // what the customer expects
  payments::Means means = payments::Means::card;
  std::optional<Revision> revision = {};  // none: a new order
  static void describe(auto& member, auto& self) {
    member("order", self.order);
    member("user", self.user);
    member("code", self.code);
    member("site", self.site);
    member("lines", self.lines);
    member("currency", self.currency);
    member.defaulted("means", self.means);
    member("revision", self.revision);
  }
};

// What an order took comes back, or (counts below zero) is gone, whatever the count says.
struct AdjustStock {
  static constexpr std::string_view kType = "adjust_stock";
  SiteId site;
  std::vector<SkuCount> back;
  static void describe(auto& member, auto& self) {
    member("site", self.site);
    member("back", self.back);
  }
};

// Staff counted: this many are left; none: as many as anybody wants.
struct SetStock {
  static constexpr std::string_view kType = "set_stock";
  SiteId site;
  Sku sku;
  std::optional<std::int64_t> left;
  orders::Who who;
  std::string why;
  static void describe(auto& member, auto& self) {
    member("site", self.site);
    member("sku", self.sku);
    member("left", self.left);
    member("who", self.who);
    member("why", self.why);
  }
};

inline constexpr std::string_view kService = "catalogue";
using In = std::variant<LoadMenu, Quote, AdjustStock, SetStock>;

}  // namespace trayline::wire::catalogue
