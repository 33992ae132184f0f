// What a menu may hold. Rules only; rows and requests are elsewhere.
#include <algorithm>
#include <set>

#include "cloud/catalogue/catalogue.hpp"
#include "cloud/catalogue/hours.hpp"

namespace trayline::catalogue {
namespace {

using wire::catalogue::LoadMenu;
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
  for (JsonProblem& wrong : problems_of(menu.hours, "/hours")) {
    if (errors.size() < kErrorsMax) errors.push_back(std::move(wrong));
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
    if (item.tax_bp < 0 || item.tax_bp > kTaxBpMax) {
      errors.push_back({at + "/tax_bp", "expected 0 to 10000"});
    }
  }
  return errors;
}

}  // namespace

Decision decide_menu(const LoadMenu& menu, std::uint64_t request) {
  if (Errors errors = errors_of(menu); !errors.empty()) {
    Decision d = refused(
        request, {Code::invalid_argument, "invalid_menu", "The menu cannot be used.", errors});
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

}  // namespace trayline::catalogue
