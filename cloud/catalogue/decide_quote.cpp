// What an order costs, and whether there is as much. Rules only; rows and requests are elsewhere.
#include <algorithm>

#include "cloud/catalogue/catalogue.hpp"
#include "cloud/catalogue/hours.hpp"
#include "lib/wire/orders.hpp"

namespace trayline::catalogue {
namespace {

using wire::catalogue::Quote;
using wire::orders::Line;
using wire::orders::Purpose;
using Errors = std::vector<JsonProblem>;

bool is_for(const Quote& quote, Purpose purpose) {
  return quote.revision && quote.revision->purpose == purpose;
}

// A tray without an order is no request: orders hears of it and shows it to a person.
Decision refuse_quote(const Quote& quote, std::uint64_t request, host::Problem problem) {
  if (!is_for(quote, Purpose::basket)) return refused(request, std::move(problem));
  wire::orders::Revise revise{quote.order, Purpose::basket, quote.revision->who};
  revise.version = quote.revision->version;
  revise.refused = problem.type;
  for (const wire::SkuCount& item : quote.lines) {
    revise.lines.push_back({item.sku, item.sku.value, item.count, 0});
  }
  Decision d;
  d.out.messages.push_back(
      host::to<wire::orders::In>(wire::orders::kService, std::move(revise), request));
  return d;
}

host::Problem problem(std::string type, std::string detail, Errors errors) {
  return {Code::invalid_argument, std::move(type), std::move(detail), std::move(errors)};
}

std::string pointer(std::size_t line, std::string_view member) {
  return "/lines/" + std::to_string(line) + "/" + std::string(member);
}

// The lines of a quote with equal SKUs merged, each with where it stood first.
struct Asked {
  std::size_t line = 0;
  wire::SkuCount item;
};

// Shape only: how many, of what. What is settled may be nothing at all.
std::vector<Asked> merged(const Quote& quote, Errors& errors) {
  std::vector<Asked> all;
  const bool none = quote.lines.empty() && !is_for(quote, Purpose::settle);
  if (none || quote.lines.size() > kLinesMax) {
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

const Line* had(const Quote& quote, const Sku& sku) {
  if (!quote.revision) return nullptr;
  const std::vector<Line>& lines = quote.revision->had;
  const auto found =
      std::find_if(lines.begin(), lines.end(), [&](const Line& line) { return line.sku == sku; });
  return found == lines.end() ? nullptr : &*found;
}

// The type of the first thing that is wrong with what the site has of these items.
std::string missing_type(const Snapshot& snapshot, const Quote& quote,
                         const std::vector<Asked>& asked, Errors& errors) {
  std::string type;
  for (const Asked& a : asked) {
    const auto found = snapshot.items.find({quote.site, a.item.sku});
    const bool known = found != snapshot.items.end();
    if (had(quote, a.item.sku) != nullptr || (known && found->second.active)) continue;
    if (type.empty()) type = known ? "item_not_available" : "unknown_item";
    errors.push_back({pointer(a.line, "sku"), known ? "is not available" : "is not on the menu"});
  }
  return type;
}

// The lines with names and prices, and their sum; what an order has keeps what it cost. False where
// it is too much.
bool add_prices(const Snapshot& snapshot, const Quote& quote, const std::vector<Asked>& asked,
                std::pair<std::vector<Line>&, Money&> to) {
  auto& [lines, total] = to;
  for (const Asked& a : asked) {
    if (const Line* old = had(quote, a.item.sku)) {
      lines.push_back(*old);
      lines.back().quantity = a.item.count;
    } else {
      const Priced& priced = snapshot.items.at({quote.site, a.item.sku});
      lines.push_back({a.item.sku, priced.name, a.item.count, priced.price_minor, priced.tax_bp});
    }
    const Result<Money> line = multiply({lines.back().price_minor, total.currency}, a.item.count);
    const Result<Money> sum = line ? add(total, *line) : line;
    if (!sum || sum->minor > kTotalMinorMax) return false;
    total = *sum;
  }
  return true;
}

// What the order takes from the stock beyond what it took before. A tray that stands there is
// there, whatever the count says; only orders that are still to be served are refused.
std::vector<StockMove> moves_of(const Snapshot& snapshot, const Quote& quote,
                                const std::vector<Asked>& asked, Errors& errors) {
  std::vector<StockMove> moves;
  if (is_for(quote, Purpose::basket)) return moves;  // it takes when it becomes somebody's
  std::map<Sku, std::int64_t> taken;
  std::map<Sku, std::size_t> line_of;
  for (const Asked& a : asked) {
    taken[a.item.sku] += a.item.count;
    line_of[a.item.sku] = a.line;
  }
  if (quote.revision) {
    for (const Line& line : quote.revision->had) taken[line.sku] -= line.quantity;
  }
  const bool strict = !is_for(quote, Purpose::settle);
  for (const auto& [sku, n] : taken) {
    const auto item = snapshot.items.find({quote.site, sku});
    if (n == 0 || item == snapshot.items.end() || !item->second.stock) continue;
    const std::int64_t left = *item->second.stock;
    if (strict && n > 0 && left < n) {
      errors.push_back({pointer(line_of[sku], "quantity"),
                        left > 0 ? "only " + std::to_string(left) + " are left" : "is sold out"});
    }
    moves.push_back({quote.site, sku, n, strict && n > 0});
  }
  return moves;
}

host::Problem closed(const Openness& now) {
  const std::string opens = now.opens ? "It opens at " + to_rfc3339(*now.opens) + "."
                                      : std::string("No opening is known.");
  return {Code::conflict, "site_closed", "The site is closed. " + opens, {}};
}

host::Message to_orders(const Quote& quote, const Site& site, std::vector<Line> lines, Money total,
                        std::uint64_t request) {
  if (!quote.revision) {
    wire::orders::Place place{quote.order,  quote.user, quote.code,       quote.site,
                              site.version, total,      std::move(lines), quote.means};
    return host::to<wire::orders::In>(wire::orders::kService, std::move(place), request);
  }
  const wire::catalogue::Revision& revision = *quote.revision;
  wire::orders::Revise revise{
      quote.order, revision.purpose, revision.who, revision.version, revision.why,
      false,       site.version,     total,        std::move(lines)};
  for (const Line& line : revision.had) revise.had.push_back({line.sku, line.quantity});
  return host::to<wire::orders::In>(wire::orders::kService, std::move(revise), request);
}

}  // namespace

Decision refused(std::uint64_t request, host::Problem problem) {
  Decision d;
  if (request == 0) return d;
  host::Answer answer;
  answer.problem = std::move(problem);
  d.out.replies.push_back({request, std::move(answer)});
  return d;
}

Decision decide_quote(const Snapshot& snapshot, const Quote& quote, std::uint64_t request,
                      Time now) {
  const auto refuse = [&](host::Problem p) { return refuse_quote(quote, request, std::move(p)); };
  const auto site = snapshot.sites.find(quote.site);
  if (site == snapshot.sites.end()) {
    return refuse(problem("unknown_site", "There is no such site.",
                          {{"/site", "is not the name of a site"}}));
  }
  const Currency currency = site->second.currency;
  if (quote.currency && *quote.currency != currency.str()) {
    return refuse(problem("wrong_currency", "This site sells in another currency.",
                          {{"/currency", "expected " + currency.str()}}));
  }
  const bool sells = !quote.revision || is_for(quote, Purpose::basket);
  if (const Openness is = openness(site->second.hours, now); sells && !is.open) {
    return refuse(closed(is));
  }
  Errors errors;
  const std::vector<Asked> asked = merged(quote, errors);
  if (!errors.empty()) {
    return refuse(problem("invalid_order", "The order cannot be read.", std::move(errors)));
  }
  if (std::string type = missing_type(snapshot, quote, asked, errors); !type.empty()) {
    return refuse(problem(std::move(type), "Some items cannot be ordered.", std::move(errors)));
  }
  std::vector<Line> lines;
  Money total{0, currency};
  if (!add_prices(snapshot, quote, asked, {lines, total})) {
    return refuse(problem("amount_too_large", "The order is too large.",
                          {{"/lines", "cost more than one order may"}}));
  }
  if (total.minor == 0 && !is_for(quote, Purpose::settle)) {
    return refuse(problem("amount_too_small", "There is nothing to pay.",
                          {{"/lines", "cost nothing together"}}));
  }
  Decision d;
  d.moves = moves_of(snapshot, quote, asked, errors);
  if (!errors.empty()) {
    return refuse({Code::conflict, "out_of_stock", "There is not enough left.", std::move(errors)});
  }
  d.out.messages.push_back(to_orders(quote, site->second, std::move(lines), total, request));
  return d;
}

}  // namespace trayline::catalogue
