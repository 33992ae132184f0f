// What anybody can read: sites, and their menus.
#include "cloud/catalogue/service.hpp"
#include "cloud/catalogue/sql.hpp"

namespace trayline::catalogue {
namespace {

using host::Asked;
using host::OrProblem;
using host::Problem;

constexpr std::int64_t kSitesMax = 1000;

tl::unexpected<Problem> refuse(Code code, std::string type, std::string detail) {
  return tl::unexpected<Problem>(Problem{code, std::move(type), std::move(detail), {}});
}
tl::unexpected<Problem> store_away() {
  return refuse(Code::unavailable, "store_unavailable", "Try again.");
}

Json::Object view_of(const store::Row& site) {
  Json::Object view;
  for (const char* member : {"site", "name", "currency", "version"}) {
    view.set(member, site.text(member));
  }
  return view;
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
  const Result<store::Answer> items = reader.run(sql::read_items, args);
  if (!items) return store_away();
  Json::Array list;
  for (const store::Row& row : *items) {
    list.push_back(Json::object({{"sku", row.text("sku")},
                                 {"name", row.text("name")},
                                 {"price_minor", row.integer("price_minor")}}));
  }
  Json::Object view = view_of(site->front());
  view.set("items", std::move(list));
  host::Answer answer;
  answer.body = Json(std::move(view));
  answer.etag = site->front().text("version");
  return answer;
}

OrProblem<host::Answer> sites(const Asked&, store::Session& reader) {
  const Result<store::Answer> rows = reader.run(sql::list_sites, {{"most", kSitesMax + 1}});
  if (!rows) return store_away();
  Json::Array data;
  for (const store::Row& row : *rows) data.push_back(Json(view_of(row)));
  const bool more = data.size() > kSitesMax;
  if (more) data.pop_back();
  host::Answer answer;
  answer.body = Json::object({{"data", std::move(data)}, {"has_more", more}});
  return answer;
}

Json site_schema(std::initializer_list<std::pair<std::string_view, Json>> more) {
  const Json text = Json::object({{"type", "string"}});
  Json::Object properties;
  for (const char* member : {"site", "name", "currency", "version"}) properties.set(member, text);
  for (const auto& [name, schema] : more) properties.set(name, schema);
  return Json::object({{"type", "object"}, {"properties", Json(std::move(properties))}});
}

}  // namespace

std::vector<host::Route> routes() {
  const Json text = Json::object({{"type", "string"}});
  const Json item = Json::object(
      {{"type", "object"},
       {"properties", Json::object({{"sku", text},
                                    {"name", text},
                                    {"price_minor", Json::object({{"type", "integer"}})}})}});
  const auto list = [](const Json& of) { return Json::object({{"type", "array"}, {"items", of}}); };
  const Json page = Json::object(
      {{"type", "object"},
       {"properties", Json::object({{"data", list(site_schema({}))},
                                    {"has_more", Json::object({{"type", "boolean"}})}})}});
  using host::Access;
  return {
      {"GET",
       "/v1/menu",
       Access::anybody,
       false,
       host::Query(menu),
       {"What a site sells (?site=ID)", Json(), site_schema({{"items", list(item)}}), 200, {404}}},
      {"GET",
       "/v1/sites",
       Access::anybody,
       false,
       host::Query(sites),
       {"All sites", Json(), page, 200, {}}},
  };
}

}  // namespace trayline::catalogue
