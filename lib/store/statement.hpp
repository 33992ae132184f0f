// SQL as compiled-in texts. One text serves every engine; the few that differ have two.
#pragma once
#include <string_view>
#include <utility>
#include <vector>

namespace trayline::store {

// name is "<module>.<verb_noun>", in metrics and slow logs. Parameters are :name; a set of rows is
// written @rows(name type, ...) in place of a table, with types text and bigint (see store.hpp).
struct Statement {
  std::string_view name;
  std::string_view sql;           // SQLite, or every engine
  std::string_view postgres_sql;  // empty: the same text
};

// Forward only, applied in order of their names, once each.
struct Migrations {
  std::string_view module;
  std::vector<std::pair<std::string_view, std::string_view>> steps;  // name, SQL script
};

}  // namespace trayline::store
