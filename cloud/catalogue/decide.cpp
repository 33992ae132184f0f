// What a menu may hold, and what an order costs. Rules only; rows and requests are elsewhere.
#include <algorithm>
#include <set>

#include "cloud/catalogue/catalogue.hpp"
#include "lib/wire/orders.hpp"

namespace trayline::catalogue {
namespace {

using wire::catalogue::LoadMenu;
using wire::catalogue::Quote;
using Errors = std::vector<JsonProblem>;

constexpr std::size_t kErrorsMax = 20;

bool is_label(const std::string& text) {
  return !text.empty() && text.size() <= kNameBytesMax && text.find('\0') == std::string::npos;
}

// A version becomes an entity tag: printable, no quotes, no blanks.
bool is_version(const std::string& text) {
  return !text.empty() && text.size() <= kVersionBytesMax &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return c > ' ' && c < '\x7f' && c != '"' && c != '\\'; });
}

Errors errors_of(const LoadMenu& menu) {
  Errors errors;
  if (!is_name(menu.site.value)) errors.push_back({"/site", "is no name of a site"});
  if (!is_label(menu.name)) errors.push_back({"/name", "expected 1 to 200 bytes"});
  if (menu.currency == Currency()) errors.push_back({"/currency", "is no currency"});
  if (!is_version(menu.version)) {
    errors.push_back({"/version", "expected 1 to 64 visible characters without quotes"});
  }
  if (menu.items.size() > kMenuItemsMax) {
    errors.push_back({"/items", "expected at most " + std::to_string(kMenuItemsMax) + " items"});
    return errors;
  }
  std::set<Sku> seen;
  for (std::size_t i = 0; i < menu.items.size() && errors.size() < kErrorsMax; ++i) {
    const wire::catalogue::Item& item = menu.items[i];
    const std::string at = "/items/" + std::to_string(i);
    if (!is_name(item.sku.value) || item.sku.value == wire::kUnknownSku) {
      errors.push_back({at + "/sku", "is no SKU"});
    } else if (!seen.insert(item.sku).second) {
      errors.push_back({at + "/sku", "stands in the menu twice"});
    }
    if (!is_label(item.name)) errors.push_back({at + "/name", "expected 1 to 200 bytes"});
    if (item.price_minor < 0 || item.price_minor > kTotalMinorMax) {
      errors.push_back({at + "/price_minor", "expected 0 to " + std::to_string(kTotalMinorMax)});
    }
  }
  return errors;
}

Decision refused(std::uint64_t request, std::string type, std::string detail, Errors errors) {
  Decision d;
  if (request == 0) return d;
  host::Answer answer;
  answer.problem =
      host::Problem{Code::invalid_argument, std::move(type), std::move(detail), std::move(errors)};
  d.out.replies.push_back({request, std::move(answer)});
  return d;
}

std::string pointer(std::size_t line, std::string_view member) {
  return "/lines/" + std::to_string(line) + "/" + std::string(member);
}

// The lines of a quote with equal SKUs merged, each with where it stood first.
struct Asked {
  std::size_t line = 0;
  wire::SkuCount item;
};

// Shape only: how many, of what.
std::vector<Asked> merged(const Quote& quote, Errors& errors) {
  std::vector<Asked> all;
  if (quote.lines.empty() || quote.lines.size() > kLinesMax) {
    errors.push_back({"/lines", "expected 1 to " + std::to_string(kLinesMax) + " lines"});
    return all;
  }
  for (std::size_t i = 0; i < quote.lines.size(); ++i) {
    const wire::SkuCount& line = quote.lines[i];
    if (line.count < 1 || line.count > wire::kCountMax) {
      errors.push_back({pointer(i, "quantity"), "expected 1 to 1000"});
      continue;
    }
    const auto same = std::find_if(all.begin(), all.end(),
                                   [&](const Asked& asked) { return asked.item.sku == line.sku; });
    if (same == all.end()) {
      all.push_back({i, line});
    } else {
      same->item.count += line.count;  // at most 40 times 1000
    }
  }
  std::int64_t units = 0;
  for (const Asked& asked : all) units += asked.item.count;
  if (errors.empty() && units > static_cast<std::int64_t>(wire::kItemsMax)) {
    errors.push_back({"/lines", "expected at most 40 items together, as many as one tray holds"});
  }
  return all;
}

// The type of the first thing that is wrong with what the site has of these items.
std::string missing_type(const Snapshot& snapshot, const SiteId& site,
                         const std::vector<Asked>& asked, Errors& errors) {
  std::string type;
  for (const Asked& a : asked) {
    const auto found = snapshot.items.find({site, a.item.sku});
    const bool known = found != snapshot.items.end();
    if (known && found->second.active) continue;
    if (type.empty()) type = known ? "item_not_available" : "unknown_item";
    errors.push_back({pointer(a.line, "sku"), known ? "is not available" : "is not on the menu"});
  }
  return type;
}

// The lines with names and prices, and their sum in place.total.
bool add_prices(const Snapshot& snapshot, const std::vector<Asked>& asked,
                wire::orders::Place& place) {
  for (const Asked& a : asked) {
    const Priced& priced = snapshot.items.at({place.site, a.item.sku});
    place.lines.push_back({a.item.sku, priced.name, a.item.count, priced.price_minor});
    const Result<Money> line = multiply({priced.price_minor, place.total.currency}, a.item.count);
    const Result<Money> sum = line ? add(place.total, *line) : line;
    if (!sum || sum->minor > kTotalMinorMax) return false;
    place.total = *sum;
  }
  return true;
}

}  // namespace

Decision decide_menu(const LoadMenu& menu, std::uint64_t request) {
  if (Errors errors = errors_of(menu); !errors.empty()) {
    Decision d = refused(request, "invalid_menu", "The menu cannot be used.", errors);
    if (request == 0) {
      d.out.dead_letters.push_back(
          {std::string(wire::catalogue::kService), to_string(errors), to_json_text(menu)});
    }
    return d;
  }
  Decision d;
  d.menu = menu;
  if (request == 0) return d;
  host::Answer answer;
  answer.body = Json::object({{"site", menu.site.value},
                              {"version", menu.version},
                              {"items", static_cast<std::int64_t>(menu.items.size())}});
  answer.etag = menu.version;
  d.out.replies.push_back({request, std::move(answer)});
  return d;
}

Decision decide_quote(const Snapshot& snapshot, const Quote& quote, std::uint64_t request) {
  const auto site = snapshot.sites.find(quote.site);
  if (site == snapshot.sites.end()) {
    return refused(request, "unknown_site", "There is no such site.",
                   {{"/site", "is not the name of a site"}});
  }
  const Currency currency = site->second.currency;
  if (quote.currency && *quote.currency != currency.str()) {
    return refused(request, "wrong_currency", "This site sells in another currency.",
                   {{"/currency", "expected " + currency.str()}});
  }
  Errors errors;
  const std::vector<Asked> asked = merged(quote, errors);
  if (!errors.empty()) {
    return refused(request, "invalid_order", "The order cannot be read.", std::move(errors));
  }
  if (std::string type = missing_type(snapshot, quote.site, asked, errors); !type.empty()) {
    return refused(request, std::move(type), "Some items cannot be ordered.", std::move(errors));
  }
  wire::orders::Place place{quote.order,          quote.user,    quote.code, quote.site,
                            site->second.version, {0, currency}, {}};
  if (!add_prices(snapshot, asked, place)) {
    return refused(request, "amount_too_large", "The order is too large.",
                   {{"/lines", "cost more than one order may"}});
  }
  if (place.total.minor == 0) {
    return refused(request, "amount_too_small", "There is nothing to pay.",
                   {{"/lines", "cost nothing together"}});
  }
  Decision d;
  d.out.messages.push_back(
      host::to<wire::orders::In>(wire::orders::kService, std::move(place), request));
  return d;
}

}  // namespace trayline::catalogue
