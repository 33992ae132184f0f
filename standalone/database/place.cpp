#include "standalone/database/place.hpp"

#include "cloud/open_store.hpp"
#include "lib/store/postgres.hpp"
#include "lib/store/sqlite.hpp"
#include "standalone/database/catalogue.hpp"

namespace trayline::database {
namespace {

constexpr const char* kName = "trayline-command";
// Hosts call themselves "trayline <name>".
const store::Statement kHosts{"database.count_hosts", "SELECT 0 AS n",
                              "SELECT count(*) AS n FROM pg_stat_activity "
                              "WHERE datname = current_database() "
                              "AND application_name LIKE 'trayline %'"};
const store::Statement kOurs{
    "database.find_migrations",
    "SELECT count(*) AS n FROM sqlite_master WHERE type = 'table' AND name = 'store_migrations'",
    "SELECT count(*) AS n FROM pg_tables "
    "WHERE schemaname = current_schema() AND tablename = 'store_migrations'"};

}  // namespace

Result<Place> place_from(const std::string& text) {
  if (text.starts_with("sqlite:") && text.size() > 7)
    return Place{store::Engine::sqlite, text.substr(7), ""};
  if (text.starts_with("postgresql://") || text.starts_with("postgres://"))
    return Place{store::Engine::postgres, text, ""};
  if (text.starts_with("postgres:") && text.size() > 9)
    return Place{store::Engine::postgres, text.substr(9), ""};
  return fail(Code::invalid_argument,
              "\"" + text + "\" is no store; write sqlite:FILE or postgres:URL");
}

Place place_of(const cloud::Settings& settings) {
  if (settings.store.engine == "postgres")
    return {store::Engine::postgres, settings.store.url, settings.store.password_file};
  return {store::Engine::sqlite, cloud::sqlite_path(settings), ""};
}

std::string to_text(const Place& place) {
  return (place.engine == store::Engine::sqlite ? "sqlite:" : "postgres:") + place.address;
}

Result<std::unique_ptr<store::Store>> open_alone(const Place& place) {
  if (place.engine == store::Engine::sqlite)
    return store::open_sqlite({.path = place.address}, nullptr);
  auto opened = store::open_postgres(
      {.url = place.address, .password_file = place.password_file, .name = kName}, nullptr);
  if (!opened) return opened;
  auto reader = (*opened)->reader();
  if (!reader) return fail(reader.error());
  const Result<store::Answer> hosts = (*reader)->run(kHosts);
  if (!hosts) return fail(hosts.error());
  if (const std::int64_t n = hosts->at(0).integer("n"); n > 0)
    return fail(Code::conflict, "hosts work on this database (" + std::to_string(n) +
                                    " connections); stop them first");
  return opened;
}

Result<void> must_be_ours(const Place& place) {
  std::unique_ptr<store::Store> server;
  Result<std::unique_ptr<store::Session>> reader = fail(Code::not_found, "");
  if (place.engine == store::Engine::sqlite) {
    reader = store::open_sqlite_reader(place.address);
  } else {
    auto opened = store::open_postgres(
        {.url = place.address, .password_file = place.password_file, .name = kName}, nullptr);
    if (!opened) return fail(opened.error());
    server = std::move(*opened);
    reader = server->reader();
  }
  if (!reader) return fail(reader.error());
  const Result<store::Answer> found = (*reader)->run(kOurs);
  if (!found) return fail(found.error());
  if (found->at(0).integer("n") > 0) return {};
  return fail(Code::not_found,
              to_text(place) + " holds no tables of Trayline; see that it is the right store");
}

Result<std::int64_t> count_rows(store::Session& session) {
  const Result<std::vector<Table>> tables = read_tables(session);
  if (!tables) return fail(tables.error());
  std::int64_t sum = 0;
  for (const Table& table : *tables) {
    const Result<std::int64_t> rows = count_rows(session, table.name);
    if (!rows) return fail(rows.error());
    sum += *rows;
  }
  return sum;
}

}  // namespace trayline::database
