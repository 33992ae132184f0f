// What every engine does the same way about migrations. Private to this module.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.hpp"
#include "lib/store/store.hpp"

namespace trayline::store {

// How an engine does what a migration needs, on the connection that migrates.
struct MigrationHands {
  std::string where;  // the file or database, for errors
  std::function<Result<Answer>(const Statement&, const Args&)> run;
  std::function<Result<void>(std::string_view what, std::string_view sql)> script;
  // One transaction around work.
  std::function<Result<void>(const std::function<Result<void>()>& work)> transaction;
  bool postgres = false;  // takes the scripts that are written for it
};

// Applies what is missing, one transaction per step; all modules are looked at before the first
// step. conflict: the database is no earlier state of this code's.
Result<void> apply_migrations(const MigrationHands& hands,
                              const std::vector<const Migrations*>& modules);

}  // namespace trayline::store
