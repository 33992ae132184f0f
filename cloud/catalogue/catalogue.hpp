// The catalogue as decisions see it: menus of sites, what an order costs, what is left. Pure values
// and functions; service.cpp hands them to the host.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/clock.hpp"
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
inline constexpr std::int64_t kTaxBpMax = 10'000;
inline constexpr std::int64_t kStockMax = 1'000'000;

struct Site {
  std::string name;
  Currency currency;
  std::string version;  // of its menu
  wire::catalogue::Hours hours = {};
};

struct Priced {
  std::string name;
  std::int64_t price_minor = 0;
  bool active = true;
  std::int64_t tax_bp = 0;
  std::optional<std::int64_t> stock = {};  // none: as many as anybody wants
};

// Of the sites and items that the batch names.
struct Snapshot {
  std::map<SiteId, Site> sites;
  std::map<std::pair<SiteId, Sku>, Priced> items;
};

// Taken from the stock (given back where below zero). strict: only where so many are left.
struct StockMove {
  SiteId site;
  Sku sku;
  std::int64_t taken = 0;
  bool strict = true;
};

struct Decision {
  std::optional<wire::catalogue::LoadMenu> menu;  // replaces the site's
  std::vector<StockMove> moves;
  std::optional<wire::catalogue::SetStock> counted;
  host::Output out;
};

// A good menu replaces the site's; a bad one is the sender's problem, or without one a dead letter.
Decision decide_menu(const wire::catalogue::LoadMenu& menu, std::uint64_t request);
// Place or Revise for orders, with what is taken from the stock; or a Problem for the request. Its
// type: unknown_site, wrong_currency, invalid_order, unknown_item, item_not_available,
// out_of_stock, site_closed, amount_too_large or amount_too_small.
Decision decide_quote(const Snapshot& snapshot, const wire::catalogue::Quote& quote,
                      std::uint64_t request, Time now);
Decision decide_adjust(const Snapshot& snapshot, const wire::catalogue::AdjustStock& adjust);
// not_found for an item that the site does not have.
Decision decide_count(const Snapshot& snapshot, const wire::catalogue::SetStock& counted,
                      std::uint64_t request);

// A refusal for whoever asked; nothing without a request.
Decision refused(std::uint64_t request, host::Problem problem);

}  // namespace trayline::catalogue
