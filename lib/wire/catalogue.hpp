// What the catalogue accepts: the menu of a site, and orders that want prices.
#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "lib/base/describe.hpp"
#include "lib/base/ids.hpp"
#include "lib/base/money.hpp"
#include "lib/wire/prediction.hpp"

namespace trayline::wire::catalogue {

struct Item {
  Sku sku;
  std::string name;
  std::int64_t price_minor = 0;
  bool active = true;
  static void describe(auto& member, auto& self) {
    member("sku", self.sku);
    member("name", self.name);
    member("price_minor", self.price_minor);
    member.defaulted("active", self.active);
  }
};

// Replaces the menu of a site. version names its content.
struct LoadMenu {
  static constexpr std::string_view kType = "load_menu";
  SiteId site;
  std::string name;
  Currency currency;
  std::string version;
  std::vector<Item> items;
  static void describe(auto& member, auto& self) {
    member("site", self.site);
    member("name", self.name);
    member("currency", self.currency);
    member("version", self.version);
    member("items", self.items);
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
  static void describe(auto& member, auto& self) {
    member("order", self.order);
    member("user", self.user);
    member("code", self.code);
    member("site", self.site);
    member("lines", self.lines);
    member("currency", self.currency);
  }
};

inline constexpr std::string_view kService = "catalogue";
using In = std::variant<LoadMenu, Quote>;

}  // namespace trayline::wire::catalogue
