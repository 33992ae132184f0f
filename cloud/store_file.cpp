#include "cloud/store_file.hpp"

#include <set>

#include "cloud/catalogue/catalogue.hpp"
#include "cloud/catalogue/hours.hpp"
#include "lib/base/digest.hpp"

namespace trayline::cloud {
namespace {

constexpr std::int64_t kPriceMax = 100'000'000;

void check_items(const std::vector<ItemEntry>& items, config::Complaints& wrong) {
  if (items.empty() || items.size() > kItemsMax) wrong("item", "1 to 2000 items are needed");
  std::set<Sku> seen;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string at = "item/" + std::to_string(i);
    if (!is_name(items[i].sku.value) || items[i].sku.value == wire::kUnknownSku) {
      wrong(at + "/sku", "must be [A-Za-z0-9_-]{1,64} and not \"unknown\"");
    }
    if (!seen.insert(items[i].sku).second) wrong(at + "/sku", "is there twice");
    if (items[i].price_minor < 0 || items[i].price_minor > kPriceMax) {
      wrong(at + "/price_minor", "must be 0 to 100000000 (cents, where the currency has cents)");
    }
    if (items[i].tax_bp < 0 || items[i].tax_bp > catalogue::kTaxBpMax) {
      wrong(at + "/tax_bp", "must be 0 to 10000 (1900 is 19 %)");
    }
  }
}

wire::catalogue::Hours hours_of(const SiteEntry& site) {
  return {site.time_zone, site.hours, site.closed};
}

// What is wrong with the hours, by the keys of this file.
void check_hours(const SiteEntry& site, config::Complaints& wrong) {
  constexpr std::string_view kOpenings = "/openings";
  for (const JsonProblem& problem : catalogue::problems_of(hours_of(site), "")) {
    const bool opening = problem.pointer.starts_with(kOpenings);
    wrong(
        "site" + (opening ? "/hours" + problem.pointer.substr(kOpenings.size()) : problem.pointer),
        problem.detail);
  }
}

}  // namespace

void StoreFile::validate(config::Complaints& wrong) const {
  if (!is_name(site.id.value)) wrong("site/id", "must be [A-Za-z0-9_-]{1,64}");
  check_hours(site, wrong);
  check_items(item, wrong);
  std::set<CoreId> cores;
  std::size_t stations = 0;
  for (std::size_t i = 0; i < core.size(); ++i) {
    const std::string at = "core/" + std::to_string(i);
    if (!is_core_id(core[i].id.value)) wrong(at + "/id", "must be [a-z0-9-]{1,40}");
    if (!cores.insert(core[i].id).second) wrong(at + "/id", "is there twice");
    std::set<StationId> seen;
    for (std::size_t k = 0; k < core[i].station.size(); ++k) {
      const StationEntry& station = core[i].station[k];
      const std::string here = at + "/station/" + std::to_string(k);
      if (!is_name(station.id.value)) wrong(here + "/id", "must be [A-Za-z0-9_-]{1,64}");
      if (!is_name(station.screen.value)) wrong(here + "/screen", "must be [A-Za-z0-9_-]{1,64}");
      if (!seen.insert(station.id).second) wrong(here + "/id", "is there twice");
    }
    stations += seen.size();
  }
  if (stations == 0 || stations > kStationsMax) {
    wrong("core", "1 to 20000 stations are needed, as [[core]] with [[core.station]]");
  }
}

Result<StoreFile> load_store(const std::string& path) {
  const Result<config::Document> document = config::load_toml(path);
  if (!document) return fail(document.error());
  return config::read_config<StoreFile>(*document);
}

wire::catalogue::LoadMenu menu_of(const StoreFile& store) {
  wire::catalogue::LoadMenu menu;
  menu.site = store.site.id;
  menu.name = store.site.name;
  menu.currency = store.site.currency;
  for (const ItemEntry& item : store.item) {
    menu.items.push_back({item.sku, item.name, item.price_minor, true, item.tax_bp});
  }
  menu.hours = hours_of(store.site);
  menu.version = sha256_hex(to_json_text(menu)).substr(0, 16);
  return menu;
}

}  // namespace trayline::cloud
