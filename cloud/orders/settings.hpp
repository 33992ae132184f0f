// What orders is told about the store, and the bounds it keeps. Values.
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "cloud/orders/tax.hpp"
#include "lib/base/clock.hpp"
#include "lib/base/ids.hpp"
#include "lib/verify/verify.hpp"

namespace trayline::orders {

// A camera over a tray surface: whose site it is and which screen belongs to it.
struct Station {
  SiteId site;
  ScreenId screen;
};

struct Settings {
  std::string env;  // of this cloud, part of every topic
  std::map<std::pair<CoreId, StationId>, Station> stations;
  std::set<SiteId> match_without_code;   // sites where an exact tray may find its order
  std::set<SiteId> walk_up;              // sites where a tray without an order makes a basket
  std::map<SiteId, TaxRule> tax;         // a site that is not here has the default rule
  std::string basket_address;            // of a basket's page, its id to follow; empty: none
  std::string token_key;                 // signs the codes of orders and customers; secret
  Millis order_ttl{4 * 60 * 60 * 1000};  // an order that is not picked up expires
  Millis expire_again{10 * 60 * 1000};   // for one whose capture is under way just then
  Millis match_window{30 * 60 * 1000};   // for trays without a code
  Millis basket_ttl{3 * 60 * 1000};      // a tray waits so long to become somebody's order
  Millis customer_code_life{2 * 60 * 1000};
  std::int64_t holds_max = 2;           // attempts to hold money, a lapsed one included
  std::int64_t retries_max = 5;         // holds of an order that a person asks for again
  std::size_t open_orders_max = 500;    // looked at for a tray without a code
  std::int64_t customer_open_max = 20;  // open orders of one customer at a site; no more are placed
  verify::Options verify;
};

}  // namespace trayline::orders
