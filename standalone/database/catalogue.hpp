// The tables of a database as its engine lists them. Private to this module.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "lib/base/result.hpp"
#include "lib/store/rows.hpp"
#include "lib/store/store.hpp"

namespace trayline::database {

struct Table {
  std::string name;
  std::vector<store::Column> columns;
  std::vector<std::string> key;     // its primary key's columns
  std::set<std::string> refers_to;  // other tables
};

// Every table but the list of migrations, those that others refer to first. unavailable: a table
// without a primary key or with a column that is neither text nor bigint.
Result<std::vector<Table>> read_tables(store::Session& session);
Result<std::int64_t> count_rows(store::Session& session, const std::string& table);

}  // namespace trayline::database
