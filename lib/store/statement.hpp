// SQL as compiled-in texts. One text serves every engine; the few that differ have two.
#pragma once
#include <string_view>
#include <vector>

namespace trayline::store {

// name is "<module>.<verb_noun>", in metrics and slow logs. Parameters are :name; a set of rows is
// written @rows(name type, ...) in place of a table, with types text and bigint (see store.hpp).
struct Statement {
  std::string_view name;
  std::string_view sql;           // SQLite, or every engine
  std::string_view postgres_sql;  // empty: the same text
};

struct Migration {
  std::string_view name;
  std::string_view sql;                // a script for SQLite, or every engine
  std::string_view postgres_sql = {};  // empty: the same script
};

// Forward only, applied in order of their names, once each.
struct Migrations {
  std::string_view module;
  std::vector<Migration> steps;
};

}  // namespace trayline::store
