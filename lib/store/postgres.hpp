// PostgreSQL 15 and newer: many hosts share a database. READ COMMITTED, synchronous_commit=on.
#pragma once
#include <chrono>
#include <memory>
#include <string>

#include "lib/base/metrics.hpp"
#include "lib/store/store.hpp"

namespace trayline::store {

// Longer than the server's own limit for a statement, whose error says more.
inline constexpr std::chrono::milliseconds kAnswerMost{40'000};

struct PostgresConfig {
  std::string url = {};            // URI or key=value text as libpq reads it, without a password
  std::string password_file = {};  // its first line; empty: none is needed, or ~/.pgpass has it
  std::string name = "trayline";   // application_name, in PostgreSQL's own views and logs
  std::size_t readers_max = 8;     // connections for reads; one more writes
  bool foreign = false;  // as of SqliteConfig: for a command that looks into whatever it is given
  // A server that answers nothing for longer counts as lost; migrations wait without a limit.
  std::chrono::milliseconds answer_most = kAnswerMost;
};

// Connects at once. unavailable: the server cannot be reached, refuses us, is too old, is a replica
// or keeps another encoding than UTF-8; invalid_argument: the address cannot be read; each says
// what to do. A connection that is lost later is made anew by what needs it next, with a back-off
// between failures: unavailable until then. reader() answers exhausted beyond readers_max.
// metrics may be null.
Result<std::unique_ptr<Store>> open_postgres(const PostgresConfig& config, Metrics* metrics);

}  // namespace trayline::store
