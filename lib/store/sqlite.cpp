// The store on SQLite: who owns the file, transactions, readers, migrations.
#include "lib/store/sqlite.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "lib/base/check.hpp"
#include "lib/base/file.hpp"
#include "lib/store/connection.hpp"
#include "lib/store/lock.hpp"
#include "lib/store/migrate.hpp"
#include "lib/store/seen.hpp"

namespace trayline::store {
namespace {

constexpr std::string_view kInMemory = ":memory:";
constexpr Statement kBegin{"store.begin", "BEGIN IMMEDIATE", {}};
constexpr Statement kCommit{"store.commit", "COMMIT", {}};

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
    return fail(Code::unavailable, fmt::format("cannot open {}: {}", path, why_not(errno)));
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
  Result<void> change(const Statement& statement, const Rows& rows, const Args& args) override {
    Result<void> changed = Session::change(statement, rows, args);
    if (!changed) lost_ = changed.error();
    return changed;
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

// The writer's connection, read by the thread that writes.
class SharedSession final : public Session {
 public:
  explicit SharedSession(Connection& connection) : connection_(connection) {}
  Result<Answer> run(const Statement& statement, const Args& args) override {
    return connection_.run(statement, nullptr, args);
  }
  Result<Answer> run(const Statement& statement, const Rows& rows, const Args& args) override {
    return connection_.run(statement, &rows, args);
  }

 private:
  Connection& connection_;
};

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
    const MigrationHands hands{
        config_.path,
        [&](const Statement& s, const Args& args) { return writer_->run(s, nullptr, args); },
        [&](std::string_view what, std::string_view sql) -> Result<void> {
          const bool within = writer_->in_transaction();
          if (auto done = writer_->script(what, sql); !done) return done;
          if (within != writer_->in_transaction())
            check(false, std::string(what) + " ends its transaction itself");
          return {};
        },
        [&](const std::function<Result<void>()>& work) {
          return in_transaction([&](Connection&) { return work(); });
        }};
    return apply_migrations(hands, modules);
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
    if (config_.in_memory) return std::make_unique<SharedSession>(*writer_);
    ConnectionConfig config = config_;
    config.read_only = true;
    Result<std::unique_ptr<Connection>> connection = Connection::open(config);
    if (!connection) return fail(connection.error());
    return std::make_unique<ReadSession>(place_, std::move(*connection));
  }

  bool shared() const override { return false; }
  std::uint64_t connections() const override { return 1; }
  std::uint64_t statements() const override { return statements_; }
  std::uint64_t commits() const override { return commits_; }
  std::vector<std::string> statements_seen() const override { return prepared_names(); }

 private:
  Result<void> in_transaction(const std::function<Result<void>(Connection&)>& work) {
    check(!writer_->in_transaction(), "a write transaction within another one");
    if (auto begun = writer_->run(kBegin, nullptr, {}); !begun) return fail(begun.error());
    struct Rollback {
      ~Rollback() {
        if (connection.in_transaction()) (void)connection.script("ROLLBACK", "ROLLBACK");
      }
      Connection& connection;
    } const rollback{*writer_};
    if (auto done = work(*writer_); !done) return done;
    if (auto committed = writer_->run(kCommit, nullptr, {}); !committed)
      return fail(committed.error());
    ++commits_;
    commit_counter_.add();
    return {};
  }

  std::shared_ptr<Place> place_;  // outlives the connection; none without a file
  ConnectionConfig config_;
  std::unique_ptr<Connection> writer_;
  std::uint64_t statements_ = 0;
  std::uint64_t commits_ = 0;
  Counter commit_counter_;
};

Result<void> sync(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool done = fd >= 0 && ::fsync(fd) == 0;
  const int why = errno;
  if (fd >= 0) ::close(fd);
  if (!done) return fail(Code::unavailable, fmt::format("{}: {}", path, std::strerror(why)));
  return {};
}

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

}  // namespace

Result<void> copy_sqlite(const std::string& from, const std::string& to) {
  std::error_code failed;
  if (!std::filesystem::is_regular_file(from, failed))
    return fail(Code::not_found, from + ": there is no store");
  if (std::filesystem::exists(to, failed))
    return fail(Code::conflict, to + " is there already; name another file or remove it");
  const Result<std::unique_ptr<Connection>> source =
      Connection::open({.path = from, .read_only = true});
  if (!source) return fail(source.error());
  const std::string part = to + ".part";
  std::filesystem::remove(part, failed);
  // The copy alone is written.
  Result<void> copied =
      (*source)->script("copying", "PRAGMA query_only=OFF; VACUUM INTO " + quoted(part));
  if (copied) copied = sync(part);
  if (copied) {
    std::filesystem::permissions(part, std::filesystem::perms(0600), failed);
    std::filesystem::rename(part, to, failed);
    if (failed) copied = fail(Code::unavailable, fmt::format("{}: {}", to, failed.message()));
  }
  if (!copied) {
    std::filesystem::remove(part, failed);
    return copied;
  }
  const std::string folder = std::filesystem::absolute(to).parent_path().string();
  return sync(folder);
}

Result<std::unique_ptr<Store>> open_sqlite(const SqliteConfig& config, Metrics* metrics) {
  if (config.one_thread) {
    check(config.path == kInMemory, "a store for one thread is in memory");
    const ConnectionConfig memory{.path = config.path, .in_memory = true, .metrics = metrics};
    Result<std::unique_ptr<Connection>> writer = Connection::open(memory);
    if (!writer) return fail(writer.error());
    return std::make_unique<SqliteStore>(nullptr, memory, std::move(*writer));
  }
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
  if (::access(path.c_str(), R_OK) != 0)
    return fail(Code::unavailable, fmt::format("cannot open {}: {}", path, why_not(errno)));
  Result<std::unique_ptr<Connection>> connection =
      Connection::open({.path = path, .read_only = true, .foreign = true});
  if (!connection) return fail(connection.error());
  return std::make_unique<ReadSession>(nullptr, std::move(*connection));
}

}  // namespace trayline::store
