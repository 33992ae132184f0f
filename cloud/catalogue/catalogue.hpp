// The catalogue as decisions see it: menus of sites, and what an order costs. Pure values and
// functions; service.cpp hands them to the host.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "lib/host/service.hpp"
#include "lib/wire/catalogue.hpp"

namespace trayline::catalogue {

// Bounds on a menu, and on an order with its prices. A payment provider takes eight digits
// (https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts).
inline constexpr std::size_t kMenuItemsMax = 2000;
inline constexpr std::size_t kNameBytesMax = 200;
inline constexpr std::size_t kVersionBytesMax = 64;
inline constexpr std::size_t kLinesMax = 40;
inline constexpr std::int64_t kTotalMinorMax = 99'999'999;

struct Site {
  std::string name;
  Currency currency;
  std::string version;  // of its menu
};

struct Priced {
  std::string name;
  std::int64_t price_minor = 0;
  bool active = true;
};

// Of the sites and items that the batch names.
struct Snapshot {
  std::map<SiteId, Site> sites;
  std::map<std::pair<SiteId, Sku>, Priced> items;
};

struct Decision {
  std::optional<wire::catalogue::LoadMenu> menu;  // replaces the site's
  host::Output out;
};

// A good menu replaces the site's; a bad one is the sender's problem, or without one a dead letter.
Decision decide_menu(const wire::catalogue::LoadMenu& menu, std::uint64_t request);
// Place for orders, or a Problem for the request. Its type: unknown_site, wrong_currency,
// invalid_order, unknown_item, item_not_available or amount_too_large.
Decision decide_quote(const Snapshot& snapshot, const wire::catalogue::Quote& quote,
                      std::uint64_t request);

}  // namespace trayline::catalogue
