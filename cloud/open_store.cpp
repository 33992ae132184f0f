#include "cloud/open_store.hpp"

#include "cloud/accounts/service.hpp"
#include "cloud/catalogue/service.hpp"
#include "cloud/evidence/service.hpp"
#include "cloud/monitors/service.hpp"
#include "cloud/orders/service.hpp"
#include "cloud/payments/service.hpp"
#include "cloud/push/service.hpp"
#include "cloud/webhooks/service.hpp"
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
  static Metrics metrics;
  static const std::unique_ptr<host::Service> services[] = {
      std::make_unique<accounts::Service>(accounts::Settings{}),
      catalogue::make_service(),
      orders::make_service(std::make_shared<orders::Settings>()),
      payments::make_service(),
      evidence::make_service(std::make_shared<evidence::Settings>()),
      monitors::make_service(""),
      push::make_service(),
      webhooks::make_service(std::make_shared<webhooks::Settings>(), metrics)};
  std::vector<const store::Migrations*> all{&host::Host::migrations()};
  for (const auto& service : services) all.push_back(&service->migrations());
  return all;
}

}  // namespace trayline::cloud
