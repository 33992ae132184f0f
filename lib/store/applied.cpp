#include "lib/store/applied.hpp"

#include <set>

namespace trayline::store {
namespace {

const Statement kTables{
    "store.count_tables",
    "SELECT count(*) AS n, coalesce(sum(name = 'store_migrations'), 0) AS ours "
    "FROM sqlite_master WHERE type = 'table'",
    "SELECT count(*) AS n, count(*) FILTER (WHERE tablename = 'store_migrations') AS ours "
    "FROM pg_tables WHERE schemaname = current_schema()"};
const Statement kSteps{"store.list_steps",
                       "SELECT CAST(module AS TEXT) AS module, CAST(name AS TEXT) AS name "
                       "FROM store_migrations",
                       {}};

}  // namespace

Result<Applied> applied(Session& reader, const std::vector<const Migrations*>& modules) {
  const Result<Answer> tables = reader.run(kTables);
  if (!tables) return fail(tables.error());
  const std::int64_t others = tables->at(0).integer("n") - tables->at(0).integer("ours");
  if (tables->at(0).integer("ours") == 0) return others > 0 ? Applied::others : Applied::nothing;
  const Result<Answer> rows = reader.run(kSteps);
  if (!rows) return fail(rows.error());
  std::set<std::pair<std::string, std::string>> present;
  for (const Row& row : *rows) present.emplace(row.text("module"), row.text("name"));
  bool ours = false;
  bool missing = false;
  for (const Migrations* module : modules) {
    for (const Migration& step : module->steps) {
      const bool there = present.erase({std::string(module->module), std::string(step.name)}) > 0;
      ours = ours || there;
      missing = missing || !there;
    }
  }
  for (const auto& [module, name] : present) {
    for (const Migrations* known : modules) {
      if (known->module == module) return Applied::newer;
    }
  }
  if (!ours) return others > 0 ? Applied::others : Applied::nothing;
  return missing ? Applied::earlier : Applied::all;
}

}  // namespace trayline::store
