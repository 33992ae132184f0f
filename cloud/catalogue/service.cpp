#include "cloud/catalogue/service.hpp"

#include <limits>
#include <set>

#include "cloud/catalogue/sql.hpp"
#include "lib/base/check.hpp"

namespace trayline::catalogue {
namespace {

using wire::catalogue::AdjustStock;
using wire::catalogue::In;
using wire::catalogue::LoadMenu;
using wire::catalogue::Quote;
using wire::catalogue::SetStock;

class CatalogueService final : public host::LoadDecideSave<In, Snapshot, Decision> {
 public:
  std::string_view name() const override { return wire::catalogue::kService; }
  const store::Migrations& migrations() const override { return sql::migrations; }

 protected:
  Result<Snapshot> load(store::Session& session, const Batch& batch, Time now) override;
  Decision decide(const Snapshot& snapshot, const host::Incoming<In>& in, Time now) const override {
    if (const auto* menu = std::get_if<LoadMenu>(in.body)) return decide_menu(*menu, in.request);
    if (const auto* adjust = std::get_if<AdjustStock>(in.body)) {
      return decide_adjust(snapshot, *adjust);
    }
    if (const auto* counted = std::get_if<SetStock>(in.body)) {
      return decide_count(snapshot, *counted, in.request);
    }
    return decide_quote(snapshot, std::get<Quote>(*in.body), in.request, now);
  }
  void apply(Snapshot& snapshot, const Decision& decision) const override;
  Result<void> save(store::Session& session, const std::vector<Decision>& decisions,
                    Time now) override;
};

// A text that is no name is none of ours, and does not reach the store.
struct Wanted {
  std::set<SiteId> sites;
  std::set<std::pair<SiteId, Sku>> items;
  void item(const SiteId& site, const Sku& sku) {
    if (is_name(site.value) && is_name(sku.value)) items.insert({site, sku});
  }
};

void want(Wanted& wanted, const In& in) {
  if (const auto* quote = std::get_if<Quote>(&in)) {
    if (is_name(quote->site.value)) wanted.sites.insert(quote->site);
    for (const wire::SkuCount& line : quote->lines) wanted.item(quote->site, line.sku);
    if (!quote->revision) return;
    for (const auto& line : quote->revision->had) wanted.item(quote->site, line.sku);
  } else if (const auto* adjust = std::get_if<AdjustStock>(&in)) {
    for (const wire::SkuCount& item : adjust->back) wanted.item(adjust->site, item.sku);
  } else if (const auto* counted = std::get_if<SetStock>(&in)) {
    wanted.item(counted->site, counted->sku);
  }
}

Result<Snapshot> CatalogueService::load(store::Session& session, const Batch& batch, Time) {
  Wanted wanted;
  for (const auto& in : batch) want(wanted, *in.body);
  Snapshot snapshot;
  if (!wanted.sites.empty()) {
    store::Rows rows(1);
    for (const SiteId& site : wanted.sites) rows.add(site.value);
    const Result<store::Answer> found = session.run(sql::load_sites, rows);
    if (!found) return fail(found.error());
    for (const store::Row& row : *found) {
      const Result<Currency> currency = Currency::parse(row.text("currency"));
      check(currency.has_value(), "catalogue: a site without currency");
      const auto hours = from_json_text<wire::catalogue::Hours>(row.text("hours"));
      check(hours.has_value(), "catalogue: hours that cannot be read");
      snapshot.sites[SiteId(row.text("site"))] = {row.text("name"), *currency, row.text("version"),
                                                  *hours};
    }
  }
  if (wanted.items.empty()) return snapshot;
  store::Rows rows(2);
  for (const auto& [site, sku] : wanted.items) rows.add(site.value, sku.value);
  const Result<store::Answer> priced = session.run(sql::load_items, rows);
  if (!priced) return fail(priced.error());
  for (const store::Row& row : *priced) {
    snapshot.items[{SiteId(row.text("site")), Sku(row.text("sku"))}] = {
        row.text("name"), row.integer("price_minor"), row.integer("active") != 0,
        row.integer("tax_bp"), row.optional_integer("stock")};
  }
  return snapshot;
}

void CatalogueService::apply(Snapshot& snapshot, const Decision& decision) const {
  for (const StockMove& move : decision.moves) {
    auto& stock = snapshot.items.at({move.site, move.sku}).stock;
    if (stock) *stock -= move.taken;
  }
  if (decision.counted) {
    snapshot.items.at({decision.counted->site, decision.counted->sku}).stock =
        decision.counted->left;
  }
  if (!decision.menu) return;
  const LoadMenu& menu = *decision.menu;
  snapshot.sites[menu.site] = {menu.name, menu.currency, menu.version, menu.hours};
  for (auto& [key, priced] : snapshot.items) {
    if (key.first == menu.site) priced.active = false;
  }
  for (const wire::catalogue::Item& item : menu.items) {
    Priced& priced = snapshot.items[{menu.site, item.sku}];  // keeps its stock
    priced.name = item.name;
    priced.price_minor = item.price_minor;
    priced.active = item.active;
    priced.tax_bp = item.tax_bp;
  }
}

// Of several menus of one site the last counts.
Result<void> save_menus(store::Session& session, const std::vector<Decision>& decisions, Time now) {
  std::map<SiteId, const LoadMenu*> menus;
  for (const Decision& d : decisions) {
    if (d.menu) menus[d.menu->site] = &*d.menu;
  }
  if (menus.empty()) return {};
  store::Rows names(1);
  store::Rows sites(5);
  store::Rows items(7);
  store::Rows current(2);
  store::Rows versions(3);
  for (const auto& [site, menu] : menus) {
    names.add(site.value);
    sites.add(site.value, menu->name, menu->currency.str(), menu->version,
              to_json_text(menu->hours));
    current.add(site.value, menu->version);
    versions.add(site.value, menu->version, to_json_text(*menu));
    std::int64_t position = 0;
    for (const wire::catalogue::Item& item : menu->items) {
      items.add(site.value, item.sku.value, position++, item.name, item.price_minor,
                item.active ? 1 : 0, item.tax_bp);
    }
  }
  const store::Args at{{"now", to_ms(now)}};
  if (auto r = session.write(sql::put_sites, sites, at); !r) return r;
  if (auto r = session.write(sql::close_menus, current, at); !r) return r;
  if (auto r = session.write(sql::put_menus, versions, at); !r) return r;
  if (auto r = session.write(sql::close_items, names); !r) return r;
  return session.write(sql::put_items, items);
}

// What a batch does to the stock of one item: the last count, what is taken after it, and without
// a count how many have to be there for all of it.
struct StockChange {
  std::optional<std::optional<std::int64_t>> counted;
  std::int64_t taken = 0;
  std::int64_t least = std::numeric_limits<std::int64_t>::min();
};

// Two hosts may sell the last one: the update takes only what is there, and a missed row sends the
// messages back, to be decided alone over what is left.
Result<void> save_stock(store::Session& session, const std::vector<Decision>& decisions, Time now) {
  std::map<std::pair<SiteId, Sku>, StockChange> changes;
  store::Rows counts(6);
  for (const Decision& d : decisions) {
    for (const StockMove& move : d.moves) {
      StockChange& change = changes[{move.site, move.sku}];
      if (move.strict) change.least = std::max(change.least, change.taken + move.taken);
      change.taken += move.taken;
    }
    if (!d.counted) continue;
    const SetStock& c = *d.counted;
    changes[{c.site, c.sku}] = {c.left};
    const auto step = static_cast<std::int64_t>(counts.size());
    counts.add(c.site.value, c.sku.value, step, c.left, c.who.id, c.why);
  }
  if (changes.empty()) return {};
  store::Rows rows(6);
  for (const auto& [key, change] : changes) {
    const bool unlimited = change.counted && !*change.counted;
    const std::string_view mode = unlimited ? "unlimited" : change.counted ? "count" : "move";
    const std::int64_t counted = change.counted ? change.counted->value_or(0) : 0;
    rows.add(key.first.value, key.second.value, mode, counted, change.taken, change.least);
  }
  if (auto r = session.change(sql::change_stock, rows); !r) return r;
  return session.write(sql::insert_counts, counts, {{"now", to_ms(now)}});
}

Result<void> CatalogueService::save(store::Session& session, const std::vector<Decision>& decisions,
                                    Time now) {
  if (auto r = save_menus(session, decisions, now); !r) return r;
  return save_stock(session, decisions, now);
}

}  // namespace

std::unique_ptr<host::Service> make_service() { return std::make_unique<CatalogueService>(); }

}  // namespace trayline::catalogue
