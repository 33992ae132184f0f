// One connection to an SQLite file: its settings, its prepared statements, its errors as Results.
// Private to this module. One thread at a time.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/base/metrics.hpp"
#include "lib/base/result.hpp"
#include "lib/store/store.hpp"

struct sqlite3;

namespace trayline::store {

struct ConnectionConfig {
  std::string path;
  bool read_only = false;
  bool durable = true;     // false: no fsync, for a store that lives in memory
  bool in_memory = false;  // path is ":memory:", nothing is a file
  int busy_timeout_ms = 2000;
  bool foreign = false;  // see SqliteConfig
  Metrics* metrics = nullptr;
};

class Connection {
 public:
  // unavailable, with the file and what to do, where it cannot be opened or is no sound database.
  static Result<std::unique_ptr<Connection>> open(const ConnectionConfig& config);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // rows: null where the statement has no @rows. Errors as Session::run.
  Result<Answer> run(const Statement& statement, const Rows* rows, const Args& args);
  // A script without parameters: BEGIN, COMMIT, a migration. what names it in errors.
  Result<void> script(std::string_view what, std::string_view sql);
  bool in_transaction() const;

 private:
  struct Prepared;
  explicit Connection(ConnectionConfig config);
  Result<void> configure();
  Result<void> scan();
  Result<Prepared*> prepared(const Statement& statement);
  Result<void> prepare(const Statement& statement, Prepared& out);
  Result<void> bind(Prepared& prepared, const Rows* rows, const Args& args);
  Result<void> bind_value(Prepared& prepared, std::size_t parameter, const Value& value);
  Result<Answer> step(Prepared& prepared);
  Error error(int code, std::string_view what) const;

  ConnectionConfig config_;
  sqlite3* db_ = nullptr;
  bool opened_ = false;  // before, what the engine says is about the file and never a bug
  // By the statement's name.
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::unordered_map<std::string, std::unique_ptr<Prepared>, Hash, std::equal_to<>> prepared_;
};

}  // namespace trayline::store
