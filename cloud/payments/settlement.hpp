// What a day brought, per site and currency, from the ledger. A day is one of the site's own clock.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/ids.hpp"
#include "lib/base/json.hpp"
#include "lib/base/money.hpp"
#include "lib/store/store.hpp"
#include "lib/zone/zone.hpp"

namespace trayline::payments {

struct Settlement {
  SiteId site;
  Currency currency;
  std::int64_t captures = 0;
  std::int64_t gross_minor = 0;     // captured
  std::int64_t tax_minor = 0;       // in it
  std::int64_t refunds_minor = 0;   // paid back, less what came back
  std::int64_t disputes_minor = 0;  // taken back by cardholders' banks, less what came back
  std::int64_t net_minor = 0;       // gross less refunds and disputes
  std::int64_t provider_minor = 0;  // by the providers' accounts
  std::int64_t difference_minor = 0;
};

// Names of the tz database; a site that is not here has UTC.
using SiteZones = std::map<SiteId, std::string>;

// "2026-11-30". invalid_argument says what a day looks like, or that there is no such day.
Result<zone::Day> parse_day(std::string_view text);
// site: empty for all. By site and currency.
Result<std::vector<Settlement>> settle_day(store::Session& session, zone::Day day,
                                           const SiteZones& zones, const SiteId& site);

// Sites that the ledger has entries of, in order.
Result<std::vector<SiteId>> sites_of(store::Session& session);

Json to_json(std::string_view day, const std::vector<Settlement>& lines);
std::string to_csv(std::string_view day, const std::vector<Settlement>& lines);  // RFC 4180
std::string to_text(std::string_view day, const std::vector<Settlement>& lines);
// One page to look at and to print, without scripts.
std::string to_html(std::string_view day, const std::vector<Settlement>& lines);

}  // namespace trayline::payments
