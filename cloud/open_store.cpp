#include "cloud/open_store.hpp"

#include "cloud/accounts/sql.hpp"
#include "cloud/catalogue/sql.hpp"
#include "cloud/evidence/sql.hpp"
#include "cloud/monitors/sql.hpp"
#include "cloud/orders/sql.hpp"
#include "cloud/payments/sql.hpp"
#include "cloud/push/sql.hpp"
#include "cloud/webhooks/sql.hpp"
#include "lib/host/host.hpp"
#include "lib/store/applied.hpp"
#include "lib/store/sqlite.hpp"

namespace trayline::cloud {
namespace {

// A reader that brings its store along.
class OwnReader final : public store::Session {
 public:
  OwnReader(std::unique_ptr<store::Store> store, std::unique_ptr<store::Session> reader)
      : store_(std::move(store)), reader_(std::move(reader)) {}
  Result<store::Answer> run(const store::Statement& statement, const store::Args& args) override {
    return reader_->run(statement, args);
  }
  Result<store::Answer> run(const store::Statement& statement, const store::Rows& rows,
                            const store::Args& args) override {
    return reader_->run(statement, rows, args);
  }

 private:
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<store::Session> reader_;
};

}  // namespace

store::PostgresConfig postgres_config(const Settings& settings) {
  return {settings.store.url, settings.store.password_file, "trayline " + settings.broker.client_id,
          settings.store.connections - 1};
}

std::string sqlite_path(const Settings& settings) { return settings.data_dir + "/cloud.db"; }

std::string store_name(const Settings& settings) {
  return settings.store.engine == "postgres" ? "postgres:" + settings.store.url
                                             : "sqlite:" + sqlite_path(settings);
}

Result<std::unique_ptr<store::Store>> open_store(const Settings& settings, Metrics* metrics) {
  if (settings.store.engine == "postgres") {
    return store::open_postgres(postgres_config(settings), metrics);
  }
  return store::open_sqlite({sqlite_path(settings)}, metrics);
}

Result<std::unique_ptr<store::Session>> open_reader(const Settings& settings) {
  if (settings.store.engine != "postgres") {
    return store::open_sqlite_reader(sqlite_path(settings));
  }
  store::PostgresConfig config = postgres_config(settings);
  config.foreign = true;
  Result<std::unique_ptr<store::Store>> opened = store::open_postgres(config, nullptr);
  if (!opened) return fail(opened.error());
  Result<std::unique_ptr<store::Session>> reader = (*opened)->reader();
  if (!reader) return fail(reader.error());
  return std::make_unique<OwnReader>(std::move(*opened), std::move(*reader));
}

Result<void> must_be_ours(store::Session& reader, const std::string& where) {
  const Result<store::Applied> found = store::applied(reader, all_migrations());
  if (!found) return fail(found.error().code, where + ": " + found.error().detail);
  if (*found == store::Applied::newer)
    return fail(Code::conflict, where + ": a newer version wrote this store; run that one");
  if (*found == store::Applied::all || *found == store::Applied::earlier) return {};
  return fail(Code::not_found,
              where + ": holds no tables of Trayline; see that it is the right store");
}

std::vector<const store::Migrations*> all_migrations() {
  return {&host::Host::migrations(),  &accounts::sql::migrations, &catalogue::sql::migrations,
          &orders::sql::migrations,   &payments::sql::migrations, &evidence::sql::migrations,
          &monitors::sql::migrations, &push::sql::migrations,     &webhooks::sql::migrations};
}

}  // namespace trayline::cloud
