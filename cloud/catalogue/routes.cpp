// What anybody can read: sites, their menus and hours; and what staff counts.
#include "cloud/catalogue/hours.hpp"
#include "cloud/catalogue/service.hpp"
#include "cloud/catalogue/sql.hpp"
#include "lib/base/check.hpp"
#include "lib/host/schema.hpp"

namespace trayline::catalogue {
namespace {

using host::Asked;
using host::OrProblem;
using host::Problem;

constexpr std::int64_t kSitesMax = 1000;
constexpr std::size_t kReasonBytesMax = 200;

tl::unexpected<Problem> refuse(Code code, std::string type, std::string detail,
                               std::vector<JsonProblem> errors = {}) {
  return tl::unexpected<Problem>(
      Problem{code, std::move(type), std::move(detail), std::move(errors)});
}
tl::unexpected<Problem> store_away() {
  return refuse(Code::unavailable, "store_unavailable", "Try again.");
}

Json::Object view_of(const store::Row& site, Time now) {
  Json::Object view;
  for (const char* member : {"site", "name", "currency", "version"}) {
    view.set(member, site.text(member));
  }
  const auto hours = from_json_text<wire::catalogue::Hours>(site.text("hours"));
  check(hours.has_value(), "catalogue: hours that cannot be read");
  const Openness is = openness(*hours, now);
  view.set("open", is.open);
  if (is.opens) view.set("opens_at", to_rfc3339(*is.opens));
  if (!hours->openings.empty()) view.set("hours", to_json(*hours));
  return view;
}

// A menu of another time, as orders name it.
OrProblem<host::Answer> old_menu(const std::string& site, const std::string& version,
                                 store::Session& reader) {
  const Result<store::Answer> found =
      reader.run(sql::read_menu, {{"site", site}, {"version", version}});
  if (!found && found.error().code != Code::invalid_argument) return store_away();
  if (!found || found->empty()) {
    return refuse(Code::not_found, "unknown_version", "The site never had this menu.");
  }
  const store::Row& row = found->front();
  Result<Json> menu = parse_json(row.text("menu"));
  check(menu.has_value(), "catalogue: a menu that cannot be read");
  Json::Object view = *menu->as_object();
  view.set("from", to_rfc3339(from_ms(row.integer("from_ms"))));
  if (const auto until = row.optional_integer("until_ms")) {
    view.set("until", to_rfc3339(from_ms(*until)));
  }
  host::Answer answer;
  answer.body = Json(std::move(view));
  return answer;
}

OrProblem<host::Answer> menu(const Asked& asked, store::Session& reader) {
  const auto named = asked.http.query.find("site");
  if (named == asked.http.query.end()) {
    return refuse(Code::invalid_argument, "site_required", "Name a site: ?site=ID");
  }
  const tl::unexpected<Problem> unknown =
      refuse(Code::not_found, "unknown_site", "There is no such site.");
  if (!is_name(named->second)) return unknown;
  const store::Args args{{"site", named->second}};
  const Result<store::Answer> site = reader.run(sql::read_site, args);
  if (!site) return store_away();
  if (site->empty()) return unknown;
  const auto version = asked.http.query.find("version");
  if (version != asked.http.query.end()) return old_menu(named->second, version->second, reader);
  const Result<store::Answer> items = reader.run(sql::read_items, args);
  if (!items) return store_away();
  Json::Array list;
  for (const store::Row& row : *items) {
    Json::Object item;
    item.set("sku", row.text("sku")).set("name", row.text("name"));
    item.set("price_minor", row.integer("price_minor")).set("tax_bp", row.integer("tax_bp"));
    if (const auto stock = row.optional_integer("stock")) {
      item.set("left", std::max<std::int64_t>(*stock, 0));
    }
    list.push_back(Json(std::move(item)));
  }
  Json::Object view = view_of(site->front(), asked.now);
  view.set("items", std::move(list));
  host::Answer answer;
  answer.body = Json(std::move(view));
  return answer;
}

OrProblem<host::Answer> sites(const Asked& asked, store::Session& reader) {
  const Result<store::Answer> rows = reader.run(sql::list_sites, {{"most", kSitesMax + 1}});
  if (!rows) return store_away();
  Json::Array data;
  for (const store::Row& row : *rows) data.push_back(Json(view_of(row, asked.now)));
  const bool more = data.size() > kSitesMax;
  if (more) data.pop_back();
  host::Answer answer;
  answer.body = Json::object({{"data", std::move(data)}, {"has_more", more}});
  return answer;
}

struct CountBody {
  std::optional<std::int64_t> left;
  std::string reason;
  static void describe(auto& member, auto& self) {
    member("left", self.left);
    member("reason", self.reason);
  }
};

OrProblem<host::Message> count(const Asked& asked, store::Session&) {
  CountBody body;
  std::vector<JsonProblem> errors;
  if (read_json(asked.body, body, errors)) {
    if (body.left && (*body.left < 0 || *body.left > kStockMax)) {
      errors.push_back({"/left", "expected 0 to 1000000, or null for no limit"});
    }
    const bool control = std::any_of(body.reason.begin(), body.reason.end(),
                                     [](char c) { return static_cast<unsigned char>(c) < 0x20; });
    if (body.reason.empty() || body.reason.size() > kReasonBytesMax || control) {
      errors.push_back({"/reason", "expected 1 to 200 bytes without control characters"});
    }
  }
  if (!errors.empty()) {
    return refuse(Code::invalid_argument, "invalid_count", "The count cannot be read.", errors);
  }
  const SiteId site(asked.param("site"));
  const Sku sku(asked.param("sku"));
  if (!is_name(site.value) || !is_name(sku.value)) {
    return refuse(Code::not_found, "unknown_item", "The site does not have this item.");
  }
  return host::to<wire::catalogue::In>(
      wire::catalogue::kService,
      wire::catalogue::SetStock{
          site, sku, body.left, {wire::orders::Role::staff, asked.caller.user.value}, body.reason});
}

using namespace host::schema;

Json site_schema(std::string_view title, const Members& more) {
  Members required{{"site", text()}, {"name", text()}, {"currency", text()}, {"version", text()}};
  required.insert(required.end(), more.begin(), more.end());
  return object(title, required,
                {{"open", boolean()}, {"opens_at", moment()}, {"hours", any_object()}});
}

Json count_schema() {
  const Json left = Json::object(
      {{"type", Json::Array{"integer", "null"}}, {"minimum", 0}, {"maximum", kStockMax}});
  return object("CountItem", {{"reason", text()}}, {{"left", left}});
}

}  // namespace

std::vector<host::Route> routes() {
  const Json item =
      object("MenuItem",
             {{"sku", text()}, {"name", text()}, {"price_minor", integer()}, {"tax_bp", integer()}},
             {{"left", integer()}});
  const Json page =
      object("", {{"data", array_of(site_schema("Site", {}))}, {"has_more", boolean()}});
  const Json stock = object("", {{"site", text()}, {"sku", text()}}, {{"left", integer()}});
  using host::Access;
  return {
      {"GET",
       "/v1/menu",
       Access::anybody,
       false,
       host::Query(menu),
       {"What a site sells, or sold",
        Json(),
        site_schema("Menu", {{"items", array_of(item)}}),
        200,
        {404},
        {{"site", "The site's id.", true}, {"version", "Of an older menu; else the present."}}}},
      {"GET",
       "/v1/sites",
       Access::anybody,
       false,
       host::Query(sites),
       {"All sites", Json(), page, 200, {}}},
      {"PUT",
       "/v1/sites/{site}/items/{sku}/stock",
       Access::staff,
       false,
       host::Command(count),
       {"Says how many of an item are left; null: no limit",
        count_schema(),
        stock,
        200,
        {403, 404}}},
  };
}

}  // namespace trayline::catalogue
