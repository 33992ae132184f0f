// The store on PostgreSQL: transactions, readers, migrations, and connections that come back.
#include "lib/store/postgres.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>

#include "lib/base/check.hpp"
#include "lib/store/migrate.hpp"
#include "lib/store/pg_lasting.hpp"
#include "lib/store/seen.hpp"

namespace trayline::store {
namespace {

// Taken by whoever migrates; the number is arbitrary, and ours.
constexpr const char* kLockMigrations = "SELECT pg_advisory_lock(8458214020180631)";

const Statement kLockKeys{"store.lock_keys",
                          "SELECT count(pg_advisory_xact_lock(hashtextextended(r.key, 1))) AS n "
                          "FROM @rows(key text) AS r",
                          {}};

// One write transaction. The first error loses it: what follows answers the same error.
class WriteSession final : public Session {
 public:
  WriteSession(PgConnection& connection, std::uint64_t& statements)
      : connection_(connection), statements_(statements) {}
  Result<Answer> run(const Statement& statement, const Args& args) override {
    return run_once(statement, nullptr, args);
  }
  Result<Answer> run(const Statement& statement, const Rows& rows, const Args& args) override {
    return run_once(statement, &rows, args);
  }
  Result<void> write(const Statement& statement, const Rows& rows, const Args& args) override {
    return send(statement, rows, args, PgConnection::Answers::any);
  }
  Result<void> change(const Statement& statement, const Rows& rows, const Args& args) override {
    return send(statement, rows, args, PgConnection::Answers::one_each);
  }
  // In the order of the keys, so that two hosts do not wait for each other.
  Result<void> lock(std::vector<std::string> keys) override {
    if (keys.empty()) return {};
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    Rows rows(1);
    for (const std::string& key : keys) rows.add(key);
    const Result<Answer> locked = run(kLockKeys, rows, {});
    if (!locked) return fail(locked.error());
    return {};
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

  Result<void> send(const Statement& statement, const Rows& rows, const Args& args,
                    PgConnection::Answers answers) {
    if (lost_) return fail(*lost_);
    if (rows.empty()) return {};
    ++statements_;
    Result<void> sent = connection_.send(statement, rows, args, answers);
    if (!sent) lost_ = sent.error();
    return sent;
  }

  PgConnection& connection_;
  std::uint64_t& statements_;
  std::optional<Error> lost_;
};

// Each statement by itself. One that a lost connection cut short is read again.
class ReadSession final : public Session {
 public:
  ReadSession(PgConfig config, std::shared_ptr<std::atomic<std::size_t>> open)
      : connection_(std::move(config)), open_(std::move(open)) {}
  ~ReadSession() override { --*open_; }
  ReadSession(const ReadSession&) = delete;
  ReadSession& operator=(const ReadSession&) = delete;

  Result<void> connect() {
    const Result<PgConnection*> made = connection_.get();
    if (!made) return fail(made.error());
    return {};
  }
  Result<Answer> run(const Statement& statement, const Args& args) override {
    return run_again(statement, nullptr, args);
  }
  Result<Answer> run(const Statement& statement, const Rows& rows, const Args& args) override {
    return run_again(statement, &rows, args);
  }

 private:
  Result<Answer> run_again(const Statement& statement, const Rows* rows, const Args& args) {
    const Result<PgConnection*> connection = connection_.get();
    if (!connection) return fail(connection.error());
    Result<Answer> answer = (*connection)->run(statement, rows, args);
    if (answer || (*connection)->usable()) return answer;
    const Result<PgConnection*> again = connection_.get();
    return again ? (*again)->run(statement, rows, args) : answer;
  }

  Lasting connection_;
  std::shared_ptr<std::atomic<std::size_t>> open_;
};

class PostgresStore final : public Store {
 public:
  PostgresStore(PgConfig config, std::size_t readers_max)
      : config_(std::move(config)), readers_max_(readers_max), writer_(config_) {
    if (config_.metrics != nullptr)
      commit_counter_ = config_.metrics->counter("trayline_store_commits_total",
                                                 "Write transactions that were committed");
  }

  Result<void> connect() {
    const Result<PgConnection*> made = writer_.get();
    if (!made) return fail(made.error());
    return {};
  }

  // On a connection of its own, which waits for another host's migration however long that takes,
  // and gives the lock back when it closes.
  Result<void> migrate(const std::vector<const Migrations*>& modules) override {
    PgConfig patient = config_;
    patient.patient = true;
    const Result<std::unique_ptr<PgConnection>> opened = PgConnection::open(patient);
    if (!opened) return fail(opened.error());
    PgConnection& connection = **opened;
    if (auto locked = connection.script("store.lock_migrations", kLockMigrations); !locked)
      return fail(locked.error());
    const MigrationHands hands{
        "the database",
        [&](const Statement& s, const Args& args) { return connection.run(s, nullptr, args); },
        [&](std::string_view what, std::string_view sql) -> Result<void> {
          const bool within = connection.in_transaction();
          const auto done = connection.script(what, sql);
          if (!done) return fail(done.error());
          if (within != connection.in_transaction())
            check(false, std::string(what) + " ends its transaction itself");
          return {};
        },
        [&](const std::function<Result<void>()>& work) { return in_transaction(connection, work); },
        true};
    return apply_migrations(hands, modules);
  }

  Result<void> transaction(const std::function<Result<void>(Session&)>& work) override {
    const Result<PgConnection*> connection = begin();
    if (!connection) return fail(connection.error());
    const auto done = finish(**connection, [&]() -> Result<void> {
      WriteSession session(**connection, statements_);
      if (auto worked = work(session); !worked) return worked;
      if (session.lost()) return fail(*session.lost());
      return {};
    });
    if (!done) return done;
    ++commits_;
    commit_counter_.add();
    return {};
  }

  Result<std::unique_ptr<Session>> reader() override {
    if (readers_->fetch_add(1) >= readers_max_) {
      --*readers_;
      return fail(Code::exhausted, "too many connections to PostgreSQL for reads");
    }
    PgConfig config = config_;
    config.read_only = true;
    auto session = std::make_unique<ReadSession>(std::move(config), readers_);
    if (auto connected = session->connect(); !connected) return fail(connected.error());
    return session;
  }

  bool shared() const override { return true; }
  std::uint64_t connections() const override { return writer_.made(); }
  std::uint64_t statements() const override { return statements_; }
  std::uint64_t commits() const override { return commits_; }
  std::vector<std::string> statements_seen() const override { return prepared_names(); }

 private:
  // A transaction's beginning does nothing yet, so a connection that turns out lost is made anew.
  Result<PgConnection*> begin() {
    for (bool again = true;; again = false) {
      const Result<PgConnection*> connection = writer_.get();
      if (!connection) return connection;
      check(!(*connection)->in_transaction(), "a write transaction within another one");
      const auto begun = (*connection)->script("BEGIN", "BEGIN");
      if (begun) return connection;
      if ((*connection)->usable() || !again) return fail(begun.error());
    }
  }

  static Result<void> in_transaction(PgConnection& connection,
                                     const std::function<Result<void>()>& work) {
    if (const auto begun = connection.script("BEGIN", "BEGIN"); !begun) return fail(begun.error());
    return finish(connection, work);
  }

  static Result<void> finish(PgConnection& connection, const std::function<Result<void>()>& work) {
    struct Rollback {
      ~Rollback() { connection.roll_back(); }
      PgConnection& connection;
    } const rollback{connection};
    if (auto done = work(); !done) return done;
    const Result<std::string> committed = connection.script("COMMIT", "COMMIT");
    if (!committed) return fail(committed.error());
    check(*committed == "COMMIT", "a transaction that was lost without an error");
    return {};
  }

  PgConfig config_;
  std::size_t readers_max_;
  std::shared_ptr<std::atomic<std::size_t>> readers_ =
      std::make_shared<std::atomic<std::size_t>>(0);
  Lasting writer_;
  std::uint64_t statements_ = 0;
  std::uint64_t commits_ = 0;
  Counter commit_counter_;
};

}  // namespace

Result<std::unique_ptr<Store>> open_postgres(const PostgresConfig& config, Metrics* metrics) {
  auto store =
      std::make_unique<PostgresStore>(PgConfig{config.url, config.password_file, config.name, false,
                                               false, metrics, config.foreign, config.answer_most},
                                      config.readers_max);
  if (auto connected = store->connect(); !connected) return fail(connected.error());
  return store;
}

}  // namespace trayline::store
