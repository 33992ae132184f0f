#include "standalone/database/command.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "cloud/open_store.hpp"
#include "lib/base/json.hpp"
#include "standalone/database/backup.hpp"
#include "standalone/database/move.hpp"

namespace trayline::database {
namespace {

using command::failed;

void print(const std::string& line) { std::printf("%s\n", line.c_str()); }

void add_config(CLI::App& app, std::string& config) {
  app.add_option("--config", config, "Settings of the cloud, which name the store")
      ->capture_default_str();
}

Result<Place> configured(const std::string& config) {
  const Result<cloud::Settings> settings = cloud::load_settings(config);
  if (!settings) return fail(settings.error());
  return place_of(*settings);
}

}  // namespace

command::Outcome main_of_migrate(int argc, char** argv) {
  CLI::App app(
      "Brings the tables of the store to this version. Hosts do so at their start; this is for\n"
      "who wants it done before. --create makes a store where there is none yet.\n"
      "Example: trayline migrate --config cloud.toml",
      "trayline migrate");
  std::string config = "cloud.toml";
  bool create = false;
  bool json = false;
  add_config(app, config);
  app.add_flag("--create", create, "Also where there is no store yet: makes one");
  app.add_flag("--json", json, "Print one JSON line");
  if (auto over = command::parse(app, argc, argv)) return *over;
  const Result<cloud::Settings> settings = cloud::load_settings(config);
  if (!settings) return failed("trayline migrate", settings.error());
  const Result<store::Applied> found = look_into(place_of(*settings));
  if (!found) return failed("trayline migrate", found.error());
  const std::string place = to_text(place_of(*settings));
  if (*found == store::Applied::nothing && !create)
    return failed("trayline migrate",
                  {Code::not_found, place + ": there is no store yet; see that it is the right "
                                            "one, --create makes it"});
  const auto store = cloud::open_store(*settings, nullptr);
  if (!store) return failed("trayline migrate", store.error());
  const auto done = (*store)->migrate(cloud::all_migrations());
  if (!done) return failed("trayline migrate", done.error());
  print(json ? Json::object({{"migrated", true}, {"store", place}}).dump()
             : place + " is at this version");
  return 0;
}

command::Outcome main_of_backup(int argc, char** argv) {
  CLI::App app(
      "Writes the committed state of the store into one file, beside running hosts.\n"
      "Pictures (evidence/) and keys (keys/) are folders: copy them as well.\n"
      "Example: trayline backup --config cloud.toml --to /backups/store-monday",
      "trayline backup");
  std::string config = "cloud.toml";
  std::string to;
  bool json = false;
  add_config(app, config);
  app.add_option("--to", to, "The file; it must not be there yet")->required();
  app.add_flag("--json", json, "Print one JSON line");
  if (auto over = command::parse(app, argc, argv)) return *over;
  const Result<Place> place = configured(config);
  if (!place) return failed("trayline backup", place.error());
  const Result<BackupReport> report = back_up(*place, to);
  if (!report) return failed("trayline backup", report.error());
  print(json ? Json::object({{"file", report->file}, {"bytes", report->bytes}}).dump()
             : report->file + ": " + std::to_string(report->bytes) + " bytes");
  return 0;
}

command::Outcome main_of_restore(int argc, char** argv) {
  CLI::App app(
      "Makes the store what a backup says. Stop the hosts first.\n"
      "Example: trayline restore --config cloud.toml --from /backups/store-monday",
      "trayline restore");
  std::string config = "cloud.toml";
  std::string from;
  bool replace = false;
  bool json = false;
  add_config(app, config);
  app.add_option("--from", from, "The file that trayline backup wrote")->required();
  app.add_flag("--replace", replace, "Also where the store is not empty");
  app.add_flag("--json", json, "Print one JSON line");
  if (auto over = command::parse(app, argc, argv)) return *over;
  const Result<Place> place = configured(config);
  if (!place) return failed("trayline restore", place.error());
  const Result<RestoreReport> report = restore(from, *place, replace, SystemClock());
  if (!report) return failed("trayline restore", report.error());
  if (json) {
    print(Json::object({{"restored", to_text(*place)}, {"kept", report->kept}}).dump());
    return 0;
  }
  print(to_text(*place) + " is what " + from + " says");
  if (!report->kept.empty()) print("what was there lies in " + report->kept);
  return 0;
}

command::Outcome main_of_move(int argc, char** argv) {
  CLI::App app(
      "Copies everything from one database into another, empty one, and counts it there. Stop the\n"
      "hosts first; then start them with the other store in cloud.toml.\n"
      "Example: trayline move --from sqlite:/var/lib/trayline/cloud.db \\\n"
      "           --to postgres:postgresql://trayline@db.example/trayline",
      "trayline move");
  std::string from;
  std::string to;
  std::string password_file;
  bool json = false;
  app.add_option("--from", from, "sqlite:FILE or postgres:URL")->required();
  app.add_option("--to", to, "sqlite:FILE or postgres:URL")->required();
  app.add_option("--password-file", password_file, "The password for PostgreSQL, its first line");
  app.add_flag("--json", json, "Print one JSON line at the end");
  if (auto over = command::parse(app, argc, argv)) return *over;
  Result<Place> source = place_from(from);
  if (!source) return failed("trayline move", source.error());
  Result<Place> target = place_from(to);
  if (!target) return failed("trayline move", target.error());
  for (Place* place : {&*source, &*target}) {
    if (place->engine == store::Engine::postgres) place->password_file = password_file;
  }
  const Result<Moved> moved = move(*source, *target, [](const std::string& table, std::int64_t n) {
    std::fprintf(stderr, "%s: %lld rows\n", table.c_str(), static_cast<long long>(n));
  });
  if (!moved) return failed("trayline move", moved.error());
  std::int64_t sum = 0;
  Json::Object tables;
  for (const auto& [table, rows] : moved->rows) {
    sum += rows;
    tables.set(table, rows);
  }
  print(json ? Json::object({{"rows", sum}, {"tables", Json(std::move(tables))}}).dump()
             : std::to_string(sum) + " rows moved to " + to_text(*target) + ", all counted");
  return 0;
}

}  // namespace trayline::database
