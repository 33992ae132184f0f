// Routes as OpenAPI 3.1 paths.
#include "cloud/api/openapi.hpp"

#include <algorithm>
#include <set>
#include <sstream>

#include "cloud/api/problem.hpp"
#include "lib/base/check.hpp"
#include "lib/host/schema.hpp"

namespace trayline::api {
namespace {

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

// "/v1/files/{path*}" is "/v1/files/{path}" here, with its parameters.
struct Path {
  std::string text;
  std::vector<std::string> parameters;
};
Path path_of(const std::string& pattern) {
  Path path;
  std::string name;
  bool inside = false;
  for (const char c : pattern) {
    if (c == '{') {
      inside = true;
    } else if (c == '}') {
      path.parameters.push_back(std::exchange(name, {}));
      inside = false;
    } else if (c == '*') {
      continue;
    } else if (inside) {
      name.push_back(c);
    }
    path.text.push_back(c);
  }
  return path;
}

// "get_v1_orders_id": unique, because method and path are.
std::string operation_id(const std::string& method, const std::string& path) {
  std::string id = lower(method);
  for (const char c : path) {
    const bool word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (word) {
      id.push_back(c);
    } else if (id.back() != '_') {
      id.push_back('_');
    }
  }
  while (id.back() == '_') id.pop_back();
  return id;
}

Json content(const std::string& type, const Json& schema) {
  return Json::object({{type, Json::object({{"schema", schema}})}});
}
Json parameter(const std::string& name, const char* in, bool required,
               const std::string& about = {}) {
  Json::Object described;
  described.set("name", name).set("in", in).set("required", required);
  if (!about.empty()) described.set("description", about);
  described.set("schema", host::schema::text());
  return Json(std::move(described));
}

Json success_of(const host::Route& route) {
  Json::Object response;
  response.set("description", "Success.");
  const Json any{Json::Object()};
  const Json& schema = route.doc.response.is_null() ? any : route.doc.response;
  if (std::holds_alternative<host::Live>(route.handle)) {
    response.set("content", content("text/event-stream", Json::object({{"type", "string"}})));
  } else if (route.doc.success != 204 && !std::holds_alternative<host::Raw>(route.handle)) {
    response.set("content", content("application/json", schema));
  }
  return Json(std::move(response));
}

std::set<int> problems_of(const host::Route& route) {
  std::set<int> statuses(route.doc.problems.begin(), route.doc.problems.end());
  statuses.insert({400, 429, 500, 503});
  if (route.access != host::Access::anybody) statuses.insert(401);
  if (route.access == host::Access::staff) statuses.insert(403);
  if (!route.doc.request.is_null()) statuses.insert({413, 415});
  if (route.idempotent) statuses.insert({409, 422});
  return statuses;
}

Json::Array parameters_of(const host::Route& route, const Path& path) {
  Json::Array parameters;
  for (const std::string& name : path.parameters) {
    parameters.push_back(parameter(name, "path", true));
  }
  for (const host::QueryDoc& q : route.doc.query) {
    parameters.push_back(parameter(q.name, "query", q.required, q.about));
  }
  if (route.idempotent) parameters.push_back(parameter("Idempotency-Key", "header", true));
  const auto& problems = route.doc.problems;
  if (std::find(problems.begin(), problems.end(), 428) != problems.end()) {
    parameters.push_back(parameter("If-Match", "header", true, "The entity tag that was read."));
  }
  if (std::holds_alternative<host::Live>(route.handle)) {
    parameters.push_back(parameter("Last-Event-ID", "header", false));
  }
  return parameters;
}

// The first word of the path behind its version: "orders" of "/v1/staff/orders".
std::string tag_of(const std::string& path) {
  std::istringstream words(path);
  std::string last = "store";
  for (std::string word; std::getline(words, word, '/');) {
    if (word.empty() || word == "v1" || word == "staff" || word == "me") continue;
    return word.front() == '{' || word.find('.') != std::string::npos ? last : word;
  }
  return last;
}

Json operation_of(const host::Route& route, const Path& path) {
  Json::Object operation;
  operation.set("operationId", operation_id(route.method, path.text));
  const std::string& summary = route.doc.summary;
  operation.set("summary", summary.empty() ? route.method + " " + path.text : summary);
  operation.set("tags", Json::Array{Json(tag_of(path.text))});
  Json::Array parameters = parameters_of(route, path);
  if (!parameters.empty()) operation.set("parameters", std::move(parameters));
  if (!route.doc.request.is_null()) {
    operation.set("requestBody",
                  Json::object({{"required", true},
                                {"content", content("application/json", route.doc.request)}}));
  }
  Json::Object responses;
  responses.set(std::to_string(route.doc.success), success_of(route));
  for (const int status : problems_of(route)) {
    responses.set(std::to_string(status),
                  Json::object({{"$ref", "#/components/responses/Problem"}}));
  }
  operation.set("responses", std::move(responses));
  Json::Array security;
  if (route.access != host::Access::anybody) {
    security.push_back(Json::object({{"bearer", Json::Array{}}}));
  }
  operation.set("security", std::move(security));
  return Json(std::move(operation));
}

// The same with references in place of schemas that have a title, which become components.
Json with_references(const Json& json, Json::Object& components) {
  if (const Json::Array* items = json.as_array()) {
    Json::Array all;
    for (const Json& item : *items) all.push_back(with_references(item, components));
    return Json(std::move(all));
  }
  const Json::Object* object = json.as_object();
  if (object == nullptr) return json;
  Json::Object all;
  for (const auto& [name, member] : *object) all.set(name, with_references(member, components));
  const Json* title = all.find("title");
  if (title == nullptr || title->as_string() == nullptr) return Json(std::move(all));
  const std::string name = *title->as_string();
  const Json schema{std::move(all)};
  const Json* known = components.find(name);
  check(known == nullptr || *known == schema, "two schemas have one title");
  if (known == nullptr) components.set(name, schema);
  return Json::object({{"$ref", "#/components/schemas/" + name}});
}

Json tags_of(const std::vector<host::Route>& routes) {
  std::set<std::string> names;
  for (const host::Route& route : routes) names.insert(tag_of(path_of(route.pattern).text));
  Json::Array tags;
  for (const std::string& name : names) tags.push_back(Json::object({{"name", name}}));
  return Json(std::move(tags));
}

}  // namespace

Json openapi(const Described& about, const std::vector<host::Route>& routes) {
  Json::Object paths;
  for (const host::Route& route : routes) {
    const Path path = path_of(route.pattern);
    if (paths.find(path.text) == nullptr) paths.set(path.text, Json::Object());
    paths.find(path.text)->as_object()->set(lower(route.method), operation_of(route, path));
  }
  Json::Object schemas;
  schemas.set("Problem", problem_schema());
  const Json described = with_references(Json(std::move(paths)), schemas);
  const Json reference = Json::object({{"$ref", "#/components/schemas/Problem"}});
  const Json components = Json::object(
      {{"schemas", Json(std::move(schemas))},
       {"responses",
        Json::object({{"Problem", Json::object({{"description", "What went wrong (RFC 9457)."},
                                                {"content", content("application/problem+json",
                                                                    reference)}})}})},
       {"securitySchemes", Json::object({{"bearer", Json::object({{"type", "http"},
                                                                  {"scheme", "bearer"},
                                                                  {"bearerFormat", "JWT"}})}})}});
  Json::Object document;
  document.set("openapi", "3.1.0");
  document.set("jsonSchemaDialect", "https://json-schema.org/draft/2020-12/schema");
  document.set("info", Json::object({{"title", about.title}, {"version", about.version}}));
  if (!about.servers.empty()) {
    Json::Array servers;
    for (const std::string& url : about.servers) servers.push_back(Json::object({{"url", url}}));
    document.set("servers", std::move(servers));
  }
  document.set("tags", tags_of(routes));
  document.set("paths", described).set("components", components);
  return Json(std::move(document));
}

}  // namespace trayline::api
