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
#include "lib/store/sqlite.hpp"

namespace trayline::cloud {

store::PostgresConfig postgres_config(const Settings& settings) {
  return {settings.store.url, settings.store.password_file, "trayline " + settings.broker.client_id,
          settings.store.connections - 1};
}

std::string sqlite_path(const Settings& settings) { return settings.data_dir + "/cloud.db"; }

Result<std::unique_ptr<store::Store>> open_store(const Settings& settings, Metrics* metrics) {
  if (settings.store.engine == "postgres") {
    return store::open_postgres(postgres_config(settings), metrics);
  }
  return store::open_sqlite({sqlite_path(settings)}, metrics);
}

std::vector<const store::Migrations*> all_migrations() {
  return {&host::Host::migrations(),  &accounts::sql::migrations, &catalogue::sql::migrations,
          &orders::sql::migrations,   &payments::sql::migrations, &evidence::sql::migrations,
          &monitors::sql::migrations, &push::sql::migrations,     &webhooks::sql::migrations};
}

}  // namespace trayline::cloud
