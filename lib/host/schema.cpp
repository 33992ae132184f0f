#include "lib/host/schema.hpp"

namespace trayline::host::schema {
namespace {

Json of_type(std::string_view type) { return Json::object({{"type", type}}); }

}  // namespace

Json text() { return of_type("string"); }
Json integer() { return of_type("integer"); }
Json integer(std::int64_t least, std::int64_t most) {
  return Json::object({{"type", "integer"}, {"minimum", least}, {"maximum", most}});
}
Json boolean() { return of_type("boolean"); }
Json moment() { return Json::object({{"type", "string"}, {"format", "date-time"}}); }
Json money() { return object("Money", {{"amount_minor", integer()}, {"currency", text()}}); }
Json any_object() { return of_type("object"); }
Json or_null(std::string_view type) {
  return Json::object({{"type", Json::Array{Json(type), Json("null")}}});
}
Json array_of(Json items) { return Json::object({{"type", "array"}, {"items", std::move(items)}}); }
Json page_of(Json items) {
  return object("", {{"data", array_of(std::move(items))}, {"has_more", boolean()}},
                {{"next_cursor", text()}});
}
Json names(std::vector<std::string_view> values) {
  Json::Array all;
  for (const std::string_view value : values) all.push_back(Json(value));
  return Json::object({{"type", "string"}, {"enum", std::move(all)}});
}

Json object(std::string_view title, const Members& required, const Members& optional) {
  Json::Object schema;
  if (!title.empty()) schema.set("title", title);
  schema.set("type", "object");
  Json::Object properties;
  Json::Array names;
  for (const auto& [name, member] : required) {
    names.push_back(Json(name));
    properties.set(std::string(name), member);
  }
  for (const auto& [name, member] : optional) properties.set(std::string(name), member);
  if (!names.empty()) schema.set("required", std::move(names));
  schema.set("properties", std::move(properties));
  return Json(std::move(schema));
}

}  // namespace trayline::host::schema
