// A store as one file, and a store from such a file.
#pragma once
#include <cstdint>
#include <string>

#include "lib/base/clock.hpp"
#include "standalone/database/place.hpp"

namespace trayline::database {

struct BackupReport {
  std::string file;
  std::int64_t bytes = 0;
};

// Writes the committed state beside running hosts: a database file of SQLite, or what
// `pg_dump --format=custom` makes. conflict: the file is there already, or a newer version wrote
// the store; not_found: no store of ours, or no pg_dump here; unavailable else. A file that is
// there is whole and on the disk.
Result<BackupReport> back_up(const Place& from, const std::string& file);

struct RestoreReport {
  std::string kept;  // where the store that was there lies now; empty: there was none
};

// Makes the store what the backup says. conflict: a host works on it, it is not empty and replace
// is not set, it is another program's, or a newer version wrote the backup (of SQLite);
// invalid_argument: the file is no backup of a store of ours on this engine. An SQLite file that
// is replaced is kept beside the new one; a database of PostgreSQL is replaced in one transaction.
Result<RestoreReport> restore(const std::string& file, const Place& to, bool replace,
                              const Clock& clock);

}  // namespace trayline::database
