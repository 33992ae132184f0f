// JSON Schema (2020-12) of bodies, for RouteDoc. An object with a title becomes a component of that
// name in /openapi.json; two different ones may not share a title. Pure.
#pragma once
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/describe.hpp"
#include "lib/base/json.hpp"

namespace trayline::host::schema {

using Members = std::vector<std::pair<std::string_view, Json>>;

Json text();
Json integer();
Json integer(std::int64_t least, std::int64_t most);
Json boolean();
Json moment();                        // RFC 3339
Json money();                         // {"amount_minor", "currency"}
Json any_object();                    // of any members
Json or_null(std::string_view type);  // "integer", "string"
Json array_of(Json items);
Json page_of(Json items);  // {"data", "has_more", "next_cursor"}
Json names(std::vector<std::string_view> values);

// title: of the component; empty: described where it is used.
Json object(std::string_view title, const Members& required, const Members& optional = {});

// The names of an enumeration.
template <class E>
Json one_of() {
  std::vector<std::string_view> values;
  for (const auto& [value, name] : enum_names(E{})) values.push_back(name);
  return names(std::move(values));
}

}  // namespace trayline::host::schema
