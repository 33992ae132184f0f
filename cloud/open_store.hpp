// The store that the settings name, and everything that is kept in it.
#pragma once
#include <memory>
#include <vector>

#include "cloud/settings.hpp"
#include "lib/base/metrics.hpp"
#include "lib/base/result.hpp"
#include "lib/store/postgres.hpp"
#include "lib/store/store.hpp"

namespace trayline::cloud {

// Errors as open_sqlite and open_postgres. metrics may be null.
Result<std::unique_ptr<store::Store>> open_store(const Settings& settings, Metrics* metrics);
// To look beside running hosts: takes no lock and changes nothing. not_found, unavailable as above.
Result<std::unique_ptr<store::Session>> open_reader(const Settings& settings);
// Whether a database is a store of ours, of this version or an earlier one. not_found: it holds
// none of our tables; conflict: a newer version wrote it; each says what to do. where names it.
Result<void> must_be_ours(store::Session& reader, const std::string& where);
// For another connection to the same database.
store::PostgresConfig postgres_config(const Settings& settings);
// For people: "sqlite:/var/lib/trayline/cloud.db".
std::string store_name(const Settings& settings);
// The file of the embedded store.
std::string sqlite_path(const Settings& settings);
// Of the host and of all services, in their order.
std::vector<const store::Migrations*> all_migrations();

}  // namespace trayline::cloud
