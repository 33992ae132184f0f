// What a day brought, per site and currency, from the ledger. A day is one of UTC.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/clock.hpp"
#include "lib/base/ids.hpp"
#include "lib/base/json.hpp"
#include "lib/base/money.hpp"
#include "lib/store/store.hpp"

namespace trayline::payments {

struct Settlement {
  SiteId site;
  Currency currency;
  std::int64_t captures = 0;
  std::int64_t gross_minor = 0;     // captured
  std::int64_t tax_minor = 0;       // in it
  std::int64_t refunds_minor = 0;   // paid back, less what came back
  std::int64_t net_minor = 0;       // gross less refunds
  std::int64_t provider_minor = 0;  // by the providers' accounts
  std::int64_t difference_minor = 0;
};

// "2026-11-30" as the begin of that day. invalid_argument says what a day looks like.
Result<Time> parse_day(std::string_view text);
// site: empty for all.
Result<std::vector<Settlement>> settle_day(store::Session& session, Time day, const SiteId& site);

Json to_json(std::string_view day, const std::vector<Settlement>& lines);
std::string to_csv(std::string_view day, const std::vector<Settlement>& lines);  // RFC 4180
std::string to_text(std::string_view day, const std::vector<Settlement>& lines);
// One page to look at and to print, without scripts.
std::string to_html(std::string_view day, const std::vector<Settlement>& lines);

}  // namespace trayline::payments
