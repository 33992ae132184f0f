// An empty store for a test, on either engine. not_found where PostgreSQL is not installed: the
// test says skipped.
#pragma once
#include <memory>
#include <string>

#include "lib/postgres/test_database.hpp"
#include "lib/store/postgres.hpp"
#include "lib/store/rows.hpp"
#include "lib/store/sqlite.hpp"

namespace trayline::postgres {

using store::Engine;

inline constexpr Engine kEngines[] = {Engine::sqlite, Engine::postgres};

inline std::string engine_name(Engine engine) {
  return engine == Engine::sqlite ? "Sqlite" : "Postgres";
}

inline Result<std::unique_ptr<store::Store>> open_fresh(Engine engine, Metrics* metrics = nullptr) {
  if (engine == Engine::sqlite) return store::open_sqlite({.path = ":memory:"}, metrics);
  const Result<std::string> url = fresh_database();
  if (!url) return fail(url.error());
  return store::open_postgres({.url = *url}, metrics);
}

}  // namespace trayline::postgres
