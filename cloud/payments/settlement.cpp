#include "cloud/payments/settlement.hpp"

#include <array>
#include <set>

#include "cloud/payments/sql.hpp"

namespace trayline::payments {
namespace {

struct Column {
  std::string_view name;
  std::int64_t Settlement::*value;
};
constexpr std::array kColumns{Column{"captures", &Settlement::captures},
                              Column{"gross_minor", &Settlement::gross_minor},
                              Column{"tax_minor", &Settlement::tax_minor},
                              Column{"refunds_minor", &Settlement::refunds_minor},
                              Column{"disputes_minor", &Settlement::disputes_minor},
                              Column{"net_minor", &Settlement::net_minor},
                              Column{"provider_minor", &Settlement::provider_minor},
                              Column{"difference_minor", &Settlement::difference_minor}};

void add(Settlement& line, const store::Row& row) {
  const std::string& kind = row.text("kind");
  const std::int64_t minor = row.integer("amount_minor");
  const bool tax = row.text("credit").starts_with("tax:");
  if (kind == "capture") {
    line.gross_minor += minor;
    if (tax) line.tax_minor += minor;
    // A capture's first line is its sale; one that is all tax has none.
    if (!tax) line.captures += row.integer("transfers");
  }
  if (kind == "refund") line.refunds_minor += minor;
  if (kind == "refund_back") line.refunds_minor -= minor;
  if (kind == "dispute") line.disputes_minor += minor;
  if (kind == "dispute_back") line.disputes_minor -= minor;
  if (row.text("debit").starts_with("provider:")) line.provider_minor += minor;
  if (row.text("credit").starts_with("provider:")) line.provider_minor -= minor;
}

}  // namespace

Result<zone::Day> parse_day(std::string_view text) {
  const std::optional<zone::Day> day = zone::parse_day(text);
  if (day) return *day;
  std::string shape(text);
  for (char& c : shape) c = c >= '0' && c <= '9' ? '0' : c;
  if (shape == "0000-00-00")
    return fail(Code::invalid_argument, "the calendar has no day " + std::string(text));
  return fail(Code::invalid_argument, "a day is written like 2026-11-30");
}

Result<std::vector<SiteId>> sites_of(store::Session& session) {
  const auto heads = session.run(sql::read_heads);
  if (!heads) return fail(heads.error());
  std::vector<SiteId> sites;
  for (const store::Row& row : *heads) sites.emplace_back(row.text("site"));
  return sites;
}

Result<std::vector<Settlement>> settle_day(store::Session& session, zone::Day day,
                                           const SiteZones& zones, const SiteId& site) {
  const auto zone_of = [&](const SiteId& of) {
    const auto found = zones.find(of);
    return found == zones.end() ? std::string("UTC") : found->second;
  };
  std::set<std::string> names{"UTC"};
  for (const auto& [of, name] : zones) names.insert(name);
  std::map<std::pair<std::string, std::string>, Settlement> lines;
  for (const std::string& name : names) {
    const auto zone = zone::Zone::find(name);
    if (!zone) return fail(Code::unavailable, "the time zone " + name + " is not on this machine");
    const store::Args args{{"begin", to_ms(zone->begin_of(day))},
                           {"end", to_ms(zone->begin_of(day + std::chrono::days(1)))}};
    const auto rows = session.run(sql::read_settlement, args);
    if (!rows) return fail(rows.error());
    for (const store::Row& row : *rows) {
      const SiteId of(row.text("site"));
      if ((!site.empty() && of != site) || zone_of(of) != name) continue;
      const Result<Currency> currency = Currency::parse(row.text("currency"));
      if (!currency) return fail(currency.error());
      Settlement& line = lines[{of.value, row.text("currency")}];
      line.site = of;
      line.currency = *currency;
      add(line, row);
    }
  }
  std::vector<Settlement> all;
  for (auto& [key, line] : lines) {
    line.net_minor = line.gross_minor - line.refunds_minor - line.disputes_minor;
    line.difference_minor = line.provider_minor - line.net_minor;
    all.push_back(line);
  }
  return all;
}

Json to_json(std::string_view day, const std::vector<Settlement>& lines) {
  Json::Array sites;
  for (const Settlement& line : lines) {
    Json::Object object;
    object.set("site", line.site.value).set("currency", line.currency.str());
    for (const Column& column : kColumns) object.set(column.name, line.*column.value);
    sites.push_back(Json(std::move(object)));
  }
  return Json::object({{"day", day}, {"sites", std::move(sites)}});
}

// Sites and currencies are names: nothing in them needs quotes.
std::string to_csv(std::string_view day, const std::vector<Settlement>& lines) {
  std::string text = "day,site,currency";
  for (const Column& column : kColumns) text += "," + std::string(column.name);
  text += "\r\n";
  for (const Settlement& line : lines) {
    text += std::string(day) + "," + line.site.value + "," + line.currency.str();
    for (const Column& column : kColumns) text += "," + std::to_string(line.*column.value);
    text += "\r\n";
  }
  return text;
}

std::string to_text(std::string_view day, const std::vector<Settlement>& lines) {
  if (lines.empty()) return std::string(day) + ": no money moved\n";
  std::string text;
  for (const Settlement& line : lines) {
    const auto money = [&](std::int64_t minor) { return to_string(Money{minor, line.currency}); };
    text += std::string(day) + " " + line.site.value + ": " + std::to_string(line.captures) +
            " payments, " + money(line.gross_minor) + " (tax " + money(line.tax_minor) +
            "), paid back " + money(line.refunds_minor) + ", disputed " +
            money(line.disputes_minor) + ", net " + money(line.net_minor) +
            ", difference to the providers' accounts " + money(line.difference_minor) + "\n";
  }
  return text;
}

std::string to_html(std::string_view day, const std::vector<Settlement>& lines) {
  const std::string date(day);
  std::string page =
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Settlement " + date +
      "</title><style>body{font:16px sans-serif;margin:2em}table{border-collapse:collapse}"
      "td,th{border:1px solid #888;padding:.3em .6em;text-align:right}"
      "td:first-child,th:first-child{text-align:left}</style></head><body><h1>Settlement " +
      date + "</h1><table><tr><th>site</th><th>payments</th><th>gross</th><th>tax</th>" +
      "<th>paid back</th><th>disputed</th><th>net</th><th>difference</th></tr>";
  for (const Settlement& line : lines) {
    page += "<tr><td>" + line.site.value + "</td><td>" + std::to_string(line.captures) + "</td>";
    for (const std::int64_t minor : {line.gross_minor, line.tax_minor, line.refunds_minor,
                                     line.disputes_minor, line.net_minor, line.difference_minor}) {
      page += "<td>" + to_string(Money{minor, line.currency}) + "</td>";
    }
    page += "</tr>";
  }
  return page + "</table></body></html>\n";
}

}  // namespace trayline::payments
