// The store on SQLite: who owns the file, transactions, readers, migrations.
#include "lib/store/sqlite.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>

#include "lib/base/check.hpp"
#include "lib/store/connection.hpp"
#include "lib/store/lock.hpp"

namespace trayline::store {
namespace {

constexpr std::string_view kInMemory = ":memory:";

// Where the file is and who owns it. Readers keep it alive as well.
struct Place {
  Place(std::string file, std::filesystem::path folder_made, FileLock held)
      : path(std::move(file)), folder(std::move(folder_made)), lock(std::move(held)) {}
  ~Place() {
    std::error_code ignored;
    if (!folder.empty()) std::filesystem::remove_all(folder, ignored);
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  std::string path;
  std::filesystem::path folder;  // of a store in memory; empty: a real one
  FileLock lock;
};

// Kept in memory by the file system: SQLite's own databases in memory make readers wait for the
// writer's transaction.
Result<std::filesystem::path> make_memory_folder() {
  std::error_code failed;
  std::filesystem::path parent = "/dev/shm";
  if (!std::filesystem::is_directory(parent, failed))
    parent = std::filesystem::temp_directory_path(failed);
  std::string folder = (parent / "trayline-store-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr)
    return fail(Code::unavailable, fmt::format("cannot make a folder in {}: {}", parent.string(),
                                               std::strerror(errno)));
  return folder;
}

Result<std::shared_ptr<Place>> take_place(const std::string& wanted) {
  if (wanted.empty()) return fail(Code::invalid_argument, "the path of the store is empty");
  std::string path = wanted;
  std::filesystem::path folder;
  if (wanted == kInMemory) {
    Result<std::filesystem::path> made = make_memory_folder();
    if (!made) return fail(made.error());
    folder = *made;
    path = (folder / "store.db").string();
  }
  Result<FileLock> lock = FileLock::take(path + ".lock");
  if (!lock) return fail(lock.error());
  auto place = std::make_shared<Place>(path, folder, std::move(*lock));
  // Made here because SQLite would let everybody read it.
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0)
    return fail(Code::unavailable, fmt::format("cannot open {}: {}", path, std::strerror(errno)));
  ::close(fd);
  return place;
}

// One write transaction. The first error loses it, as on PostgreSQL: what follows answers the same
// error, and nothing is committed.
class WriteSession final : public Session {
 public:
  WriteSession(Connection& connection, std::uint64_t& statements)
      : connection_(connection), statements_(statements) {}
  Result<Answer> run(const Statement& statement, const Args& args) override {
    return run_once(statement, nullptr, args);
  }
  Result<Answer> run(const Statement& statement, const Rows& rows, const Args& args) override {
    return run_once(statement, &rows, args);
  }
  const std::optional<Error>& lost() const { return lost_; }

 private:
  Result<Answer> run_once(const Statement& statement, const Rows* rows, const Args& args) {
    if (lost_) return fail(*lost_);
    ++statements_;
    Result<Answer> answer = connection_.run(statement, rows, args);
    if (!answer) lost_ = answer.error();
    return answer;
  }

  Connection& connection_;
  std::uint64_t& statements_;
  std::optional<Error> lost_;
};

class ReadSession final : public Session {
 public:
  ReadSession(std::shared_ptr<Place> place, std::unique_ptr<Connection> connection)
      : place_(std::move(place)), connection_(std::move(connection)) {}
  Result<Answer> run(const Statement& statement, const Args& args) override {
    return connection_->run(statement, nullptr, args);
  }
  Result<Answer> run(const Statement& statement, const Rows& rows, const Args& args) override {
    return connection_->run(statement, &rows, args);
  }

 private:
  std::shared_ptr<Place> place_;  // null: of another process
  std::unique_ptr<Connection> connection_;
};

const Statement kListMigrations{"store.list_migrations",
                                "SELECT CAST(name AS TEXT) AS name FROM store_migrations "
                                "WHERE module = :module",
                                {}};
const Statement kAddMigration{"store.add_migration",
                              "INSERT INTO store_migrations (module, name) VALUES (:module, :name)",
                              {}};

class SqliteStore final : public Store {
 public:
  SqliteStore(std::shared_ptr<Place> place, ConnectionConfig config,
              std::unique_ptr<Connection> writer)
      : place_(std::move(place)), config_(std::move(config)), writer_(std::move(writer)) {
    if (config_.metrics != nullptr)
      commit_counter_ = config_.metrics->counter("trayline_store_commits_total",
                                                 "Write transactions that were committed");
  }

  Result<void> migrate(const std::vector<const Migrations*>& modules) override {
    if (auto made = writer_->script("store.make_migrations",
                                    "CREATE TABLE IF NOT EXISTS store_migrations (module TEXT NOT "
                                    "NULL, name TEXT NOT NULL, PRIMARY KEY (module, name))");
        !made)
      return made;
    std::vector<std::pair<const Migrations*, std::vector<std::string_view>>> missing;
    for (const Migrations* module : modules) {
      auto steps = missing_steps(*module);
      if (!steps) return fail(steps.error());
      missing.emplace_back(module, std::move(*steps));
    }
    for (const auto& [module, names] : missing) {
      for (const std::string_view name : names)
        if (auto applied = apply(*module, name); !applied) return applied;
    }
    return {};
  }

  Result<void> transaction(const std::function<Result<void>(Session&)>& work) override {
    return in_transaction([&](Connection& connection) -> Result<void> {
      WriteSession session(connection, statements_);
      if (auto done = work(session); !done) return done;
      if (session.lost()) return fail(*session.lost());
      return {};
    });
  }

  Result<std::unique_ptr<Session>> reader() override {
    ConnectionConfig config = config_;
    config.read_only = true;
    Result<std::unique_ptr<Connection>> connection = Connection::open(config);
    if (!connection) return fail(connection.error());
    return std::make_unique<ReadSession>(place_, std::move(*connection));
  }

  std::uint64_t statements() const override { return statements_; }
  std::uint64_t commits() const override { return commits_; }
  std::vector<std::string> statements_seen() const override { return prepared_names(); }

 private:
  Result<void> in_transaction(const std::function<Result<void>(Connection&)>& work) {
    check(!writer_->in_transaction(), "a write transaction within another one");
    if (auto begun = writer_->script("BEGIN", "BEGIN IMMEDIATE"); !begun) return begun;
    struct Rollback {
      ~Rollback() {
        if (connection.in_transaction()) (void)connection.script("ROLLBACK", "ROLLBACK");
      }
      Connection& connection;
    } const rollback{*writer_};
    if (auto done = work(*writer_); !done) return done;
    if (auto committed = writer_->script("COMMIT", "COMMIT"); !committed) return committed;
    ++commits_;
    commit_counter_.add();
    return {};
  }

  // Names of the steps to apply, in order. conflict where the database is not an earlier state of
  // this code's.
  Result<std::vector<std::string_view>> missing_steps(const Migrations& module) {
    const Result<Answer> rows =
        writer_->run(kListMigrations, nullptr, {{"module", std::string(module.module)}});
    if (!rows) return fail(rows.error());
    std::set<std::string> applied;
    for (const Row& row : *rows) applied.insert(row.text("name"));
    const std::string newest = applied.empty() ? "" : *applied.rbegin();
    std::vector<std::string_view> missing;
    for (const auto& [name, sql] : module.steps) {
      if (applied.erase(std::string(name)) == 0) missing.push_back(name);
    }
    if (!applied.empty())
      return fail(Code::conflict,
                  fmt::format("{} has step {} of {}, which this program does not know: a newer "
                              "version wrote it; run that one",
                              config_.path, *applied.begin(), module.module));
    std::sort(missing.begin(), missing.end());
    if (!missing.empty() && missing.front() < newest)
      return fail(Code::conflict,
                  fmt::format("{} has step {} of {} but not {}, which comes before it",
                              config_.path, newest, module.module, missing.front()));
    return missing;
  }

  Result<void> apply(const Migrations& module, std::string_view name) {
    const auto step = std::find_if(module.steps.begin(), module.steps.end(),
                                   [&](const auto& s) { return s.first == name; });
    const std::string what = fmt::format("migration {}/{}", module.module, name);
    return in_transaction([&](Connection& connection) -> Result<void> {
      if (auto done = connection.script(what, step->second); !done) return done;
      if (!connection.in_transaction()) check(false, what + " ends its transaction itself");
      const Result<Answer> added =
          connection.run(kAddMigration, nullptr,
                         {{"module", std::string(module.module)}, {"name", std::string(name)}});
      if (!added) return fail(added.error());
      return {};
    });
  }

  std::shared_ptr<Place> place_;  // outlives the connection
  ConnectionConfig config_;
  std::unique_ptr<Connection> writer_;
  std::uint64_t statements_ = 0;
  std::uint64_t commits_ = 0;
  Counter commit_counter_;
};

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite(const SqliteConfig& config, Metrics* metrics) {
  Result<std::shared_ptr<Place>> place = take_place(config.path);
  if (!place) return fail(place.error());
  const ConnectionConfig connection{.path = (*place)->path,
                                    .read_only = false,
                                    .durable = (*place)->folder.empty(),
                                    .busy_timeout_ms = config.busy_timeout_ms,
                                    .foreign = config.foreign,
                                    .metrics = metrics};
  Result<std::unique_ptr<Connection>> writer = Connection::open(connection);
  if (!writer) return fail(writer.error());
  return std::make_unique<SqliteStore>(std::move(*place), connection, std::move(*writer));
}

Result<std::unique_ptr<Session>> open_sqlite_reader(const std::string& path) {
  std::error_code failed;
  if (!std::filesystem::is_regular_file(path, failed))
    return fail(Code::not_found, path + ": there is no store");
  Result<std::unique_ptr<Connection>> connection =
      Connection::open({.path = path, .read_only = true});
  if (!connection) return fail(connection.error());
  return std::make_unique<ReadSession>(nullptr, std::move(*connection));
}

}  // namespace trayline::store
