// The embedded engine: SQLite in WAL mode with synchronous=FULL, one writer, readers beside it.
#pragma once
#include <memory>
#include <string>

#include "lib/base/metrics.hpp"
#include "lib/store/store.hpp"

namespace trayline::store {

struct SqliteConfig {
  std::string path;  // ":memory:" for a private one in memory (readers share it)
  // With ":memory:": no file at all. Readers are the writer's own connection, so they see what is
  // committed only outside of its transactions. For one thread; for the simulator.
  bool one_thread = false;
  int busy_timeout_ms = 2000;  // how long a reader waits for a checkpoint
  // A file that people hand around: statements that do not fit its tables are an error of the file
  // (unavailable) and fail no check(). Its statements cast what they read to the type they need.
  bool foreign = false;
};

// One process owns the file: a second one is refused with conflict (a lock on <path>.lock, which
// names the owner's process). A file that is not a sound database: unavailable, with what to do.
// metrics may be null.
Result<std::unique_ptr<Store>> open_sqlite(const SqliteConfig& config, Metrics* metrics);

// For a command that looks into a store which another process may own and write meanwhile: takes no
// lock, makes nothing and changes nothing. not_found: there is no such file; unavailable as above,
// and where its tables are not those that a statement names.
// A statement sees one committed state, two statements may see two.
Result<std::unique_ptr<Session>> open_sqlite_reader(const std::string& path);

// A copy of the committed state, as one file without a log beside it, durable when this returns;
// the owner may run and write meanwhile. conflict: there is a file already; else as above.
Result<void> copy_sqlite(const std::string& from, const std::string& to);

}  // namespace trayline::store
