#include "standalone/database/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace trayline::database {
namespace {

constexpr std::string_view kMigrations = "store_migrations";

const store::Statement kColumns{"database.list_columns",
                                R"sql(
  SELECT m.name AS table_name, c.name AS column_name, lower(c.type) AS type, c.pk AS key_position
  FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c
  WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' ORDER BY m.name, c.cid)sql",
                                R"sql(
  SELECT CAST(c.table_name AS text) AS table_name, CAST(c.column_name AS text) AS column_name,
         CAST(c.data_type AS text) AS type,
         CAST(coalesce(k.ordinal_position, 0) AS bigint) AS key_position
  FROM information_schema.columns AS c
  LEFT JOIN (information_schema.key_column_usage AS k
    JOIN information_schema.table_constraints AS p
      ON p.constraint_name = k.constraint_name AND p.table_schema = k.table_schema
     AND p.constraint_type = 'PRIMARY KEY')
    ON k.table_schema = c.table_schema AND k.table_name = c.table_name
   AND k.column_name = c.column_name
  WHERE c.table_schema = current_schema() ORDER BY c.table_name, c.ordinal_position)sql"};

const store::Statement kReferences{"database.list_references",
                                   R"sql(
  SELECT m.name AS table_name, f."table" AS target
  FROM sqlite_master AS m JOIN pragma_foreign_key_list(m.name) AS f WHERE m.type = 'table')sql",
                                   R"sql(
  SELECT CAST(a.relname AS text) AS table_name, CAST(b.relname AS text) AS target
  FROM pg_constraint AS f JOIN pg_class AS a ON a.oid = f.conrelid
  JOIN pg_class AS b ON b.oid = f.confrelid WHERE f.contype = 'f')sql"};

Result<std::map<std::string, Table>> read_columns(store::Session& session) {
  const Result<store::Answer> rows = session.run(kColumns);
  if (!rows) return fail(rows.error());
  std::map<std::string, Table> tables;
  std::map<std::string, std::map<std::int64_t, std::string>> keys;
  for (const store::Row& row : *rows) {
    const std::string& name = row.text("table_name");
    if (name == kMigrations) continue;
    const std::string& type = row.text("type");
    if (type != "text" && type != "bigint")
      return fail(Code::unavailable, fmt::format("column {} of table {} has the type {}, which is "
                                                 "none of ours",
                                                 row.text("column_name"), name, type));
    Table& table = tables[name];
    table.name = name;
    table.columns.push_back({row.text("column_name"),
                             type == "text" ? store::ColumnType::text : store::ColumnType::bigint});
    if (const std::int64_t at = row.integer("key_position"); at > 0)
      keys[name][at] = row.text("column_name");
  }
  for (auto& [name, table] : tables) {
    for (const auto& [at, column] : keys[name]) table.key.push_back(column);
    if (table.key.empty()) return fail(Code::unavailable, "table " + name + " has no primary key");
  }
  return tables;
}

}  // namespace

Result<std::vector<Table>> read_tables(store::Session& session) {
  Result<std::map<std::string, Table>> tables = read_columns(session);
  if (!tables) return fail(tables.error());
  const Result<store::Answer> references = session.run(kReferences);
  if (!references) return fail(references.error());
  for (const store::Row& row : *references) {
    if (row.text("table_name") != row.text("target"))
      (*tables)[row.text("table_name")].refers_to.insert(row.text("target"));
  }
  std::vector<Table> ordered;
  std::set<std::string> placed;
  while (!tables->empty()) {
    const auto next = std::find_if(tables->begin(), tables->end(), [&](const auto& entry) {
      const auto& wants = entry.second.refers_to;
      return std::includes(placed.begin(), placed.end(), wants.begin(), wants.end());
    });
    if (next == tables->end())
      return fail(Code::unavailable, "tables refer to each other in a ring");
    placed.insert(next->first);
    ordered.push_back(std::move(next->second));
    tables->erase(next);
  }
  return ordered;
}

Result<std::int64_t> count_rows(store::Session& session, const std::string& table) {
  const std::string name = "database.count_" + table;
  const std::string sql = "SELECT count(*) AS n FROM " + table;
  const Result<store::Answer> rows = session.run({name, sql, {}});
  if (!rows) return fail(rows.error());
  return rows->at(0).integer("n");
}

}  // namespace trayline::database
