#include "lib/store/migrate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace trayline::store {
namespace {

constexpr std::string_view kMakeTable =
    "CREATE TABLE IF NOT EXISTS store_migrations "
    "(module TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (module, name))";
const Statement kListMigrations{"store.list_migrations",
                                "SELECT CAST(name AS TEXT) AS name FROM store_migrations "
                                "WHERE module = :module",
                                {}};
const Statement kAddMigration{"store.add_migration",
                              "INSERT INTO store_migrations (module, name) VALUES (:module, :name)",
                              {}};

// Names of the steps to apply, in order.
Result<std::vector<std::string_view>> missing_steps(const MigrationHands& hands,
                                                    const Migrations& module) {
  const Result<Answer> rows = hands.run(kListMigrations, {{"module", std::string(module.module)}});
  if (!rows) return fail(rows.error());
  std::set<std::string> applied;
  for (const Row& row : *rows) applied.insert(row.text("name"));
  const std::string newest = applied.empty() ? "" : *applied.rbegin();
  std::vector<std::string_view> missing;
  for (const Migration& step : module.steps) {
    if (applied.erase(std::string(step.name)) == 0) missing.push_back(step.name);
  }
  if (!applied.empty())
    return fail(Code::conflict,
                fmt::format("{} has step {} of {}, which this program does not know: a newer "
                            "version wrote it; run that one",
                            hands.where, *applied.begin(), module.module));
  std::sort(missing.begin(), missing.end());
  if (!missing.empty() && missing.front() < newest)
    return fail(Code::conflict,
                fmt::format("{} has step {} of {} but not {}, which comes before it", hands.where,
                            newest, module.module, missing.front()));
  return missing;
}

Result<void> apply(const MigrationHands& hands, const Migrations& module, std::string_view name) {
  const auto step = std::find_if(module.steps.begin(), module.steps.end(),
                                 [&](const Migration& s) { return s.name == name; });
  const bool own = hands.postgres && !step->postgres_sql.empty();
  return hands.transaction([&]() -> Result<void> {
    const std::string what = fmt::format("migration {}/{}", module.module, name);
    if (auto done = hands.script(what, own ? step->postgres_sql : step->sql); !done) return done;
    const Result<Answer> added = hands.run(
        kAddMigration, {{"module", std::string(module.module)}, {"name", std::string(name)}});
    if (!added) return fail(added.error());
    return {};
  });
}

}  // namespace

Result<void> apply_migrations(const MigrationHands& hands,
                              const std::vector<const Migrations*>& modules) {
  if (auto made = hands.script("store.make_migrations", kMakeTable); !made) return made;
  std::vector<std::pair<const Migrations*, std::vector<std::string_view>>> missing;
  for (const Migrations* module : modules) {
    auto steps = missing_steps(hands, *module);
    if (!steps) return fail(steps.error());
    missing.emplace_back(module, std::move(*steps));
  }
  for (const auto& [module, names] : missing) {
    for (const std::string_view name : names)
      if (auto applied = apply(hands, *module, name); !applied) return applied;
  }
  return {};
}

}  // namespace trayline::store
