#include "cloud/catalogue/service.hpp"

#include <set>

#include "cloud/catalogue/sql.hpp"
#include "lib/base/check.hpp"

namespace trayline::catalogue {
namespace {

using wire::catalogue::In;
using wire::catalogue::LoadMenu;
using wire::catalogue::Quote;

class CatalogueService final : public host::LoadDecideSave<In, Snapshot, Decision> {
 public:
  std::string_view name() const override { return wire::catalogue::kService; }
  const store::Migrations& migrations() const override { return sql::migrations; }

 protected:
  Result<Snapshot> load(store::Session& session, const Batch& batch, Time now) override;
  Decision decide(const Snapshot& snapshot, const host::Incoming<In>& in, Time) const override {
    if (const auto* menu = std::get_if<LoadMenu>(in.body)) return decide_menu(*menu, in.request);
    return decide_quote(snapshot, std::get<Quote>(*in.body), in.request);
  }
  void apply(Snapshot& snapshot, const Decision& decision) const override;
  Result<void> save(store::Session& session, const std::vector<Decision>& decisions,
                    Time now) override;
};

// What quotes name; a text that is no name is none of ours, and does not reach the store.
Result<Snapshot> CatalogueService::load(store::Session& session, const Batch& batch, Time) {
  std::set<SiteId> sites;
  std::set<std::pair<SiteId, Sku>> items;
  for (const auto& in : batch) {
    const auto* quote = std::get_if<Quote>(in.body);
    if (quote == nullptr || !is_name(quote->site.value)) continue;
    sites.insert(quote->site);
    for (const wire::SkuCount& line : quote->lines) {
      if (is_name(line.sku.value)) items.insert({quote->site, line.sku});
    }
  }
  Snapshot snapshot;
  if (sites.empty()) return snapshot;
  store::Rows site_rows(1);
  for (const SiteId& site : sites) site_rows.add(site.value);
  const Result<store::Answer> found = session.run(sql::load_sites, site_rows);
  if (!found) return fail(found.error());
  for (const store::Row& row : *found) {
    const Result<Currency> currency = Currency::parse(row.text("currency"));
    check(currency.has_value(), "catalogue: a site without currency");
    snapshot.sites[SiteId(row.text("site"))] = {row.text("name"), *currency, row.text("version")};
  }
  if (items.empty()) return snapshot;
  store::Rows item_rows(2);
  for (const auto& [site, sku] : items) item_rows.add(site.value, sku.value);
  const Result<store::Answer> priced = session.run(sql::load_items, item_rows);
  if (!priced) return fail(priced.error());
  for (const store::Row& row : *priced) {
    snapshot.items[{SiteId(row.text("site")), Sku(row.text("sku"))}] = {
        row.text("name"), row.integer("price_minor"), row.integer("active") != 0};
  }
  return snapshot;
}

void CatalogueService::apply(Snapshot& snapshot, const Decision& decision) const {
  if (!decision.menu) return;
  const LoadMenu& menu = *decision.menu;
  snapshot.sites[menu.site] = {menu.name, menu.currency, menu.version};
  for (auto& [key, priced] : snapshot.items) {
    if (key.first == menu.site) priced.active = false;
  }
  for (const wire::catalogue::Item& item : menu.items) {
    snapshot.items[{menu.site, item.sku}] = {item.name, item.price_minor, item.active};
  }
}

// Of several menus of one site the last counts.
Result<void> CatalogueService::save(store::Session& session, const std::vector<Decision>& decisions,
                                    Time now) {
  std::map<SiteId, const LoadMenu*> menus;
  for (const Decision& d : decisions) {
    if (d.menu) menus[d.menu->site] = &*d.menu;
  }
  if (menus.empty()) return {};
  store::Rows names(1);
  store::Rows sites(4);
  store::Rows items(6);
  for (const auto& [site, menu] : menus) {
    names.add(site.value);
    sites.add(site.value, menu->name, menu->currency.str(), menu->version);
    std::int64_t position = 0;
    for (const wire::catalogue::Item& item : menu->items) {
      items.add(site.value, item.sku.value, position++, item.name, item.price_minor,
                item.active ? 1 : 0);
    }
  }
  const auto put = session.run(sql::put_sites, sites, {{"now", to_ms(now)}});
  if (!put) return fail(put.error());
  if (auto r = session.run(sql::close_items, names); !r) return fail(r.error());
  if (items.empty()) return {};
  if (auto r = session.run(sql::put_items, items); !r) return fail(r.error());
  return {};
}

}  // namespace

std::unique_ptr<host::Service> make_service() { return std::make_unique<CatalogueService>(); }

}  // namespace trayline::catalogue
