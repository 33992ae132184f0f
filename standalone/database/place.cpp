#include "standalone/database/place.hpp"

#include <filesystem>

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

// A store that is only read, with the server that it is on.
struct Looked {
  std::unique_ptr<store::Store> server;
  std::unique_ptr<store::Session> reader;
};

Result<Looked> open_to_look(const Place& place) {
  Looked looked;
  if (place.engine == store::Engine::postgres) {
    auto opened = store::open_postgres({.url = place.address,
                                        .password_file = place.password_file,
                                        .name = kName,
                                        .foreign = true},
                                       nullptr);
    if (!opened) return fail(opened.error());
    looked.server = std::move(*opened);
  }
  auto reader = looked.server ? looked.server->reader() : store::open_sqlite_reader(place.address);
  if (!reader) return fail(reader.error());
  looked.reader = std::move(*reader);
  return looked;
}

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
  if (place.engine == store::Engine::sqlite) {
    std::error_code failed;
    const auto status = std::filesystem::status(place.address, failed);
    if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
      return fail(Code::invalid_argument, place.address + ": is no regular file");
    return store::open_sqlite({.path = place.address}, nullptr);
  }
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
  const Result<Looked> looked = open_to_look(place);
  if (!looked) return fail(looked.error());
  return cloud::must_be_ours(*looked->reader, to_text(place));
}

Result<store::Applied> look_into(const Place& place) {
  std::error_code failed;
  if (place.engine == store::Engine::sqlite && !std::filesystem::exists(place.address, failed))
    return store::Applied::nothing;
  const Result<Looked> looked = open_to_look(place);
  if (!looked) return fail(looked.error());
  const auto found = store::applied(*looked->reader, cloud::all_migrations());
  if (!found) return fail(found.error().code, to_text(place) + ": " + found.error().detail);
  if (*found != store::Applied::others) return found;
  return fail(Code::conflict,
              to_text(place) + " holds tables of another program; name a database of its own");
}

bool same_place(const Place& one, const Place& other) {
  if (one.engine != other.engine) return false;
  if (one.address == other.address) return true;
  std::error_code failed;  // of what is not there yet
  return one.engine == store::Engine::sqlite &&
         std::filesystem::equivalent(one.address, other.address, failed);
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
