// The SQL seam: transactions on one writer, reads beside it, sets of rows. Knows no table but its
// own list of migrations. Engines: SQLite and PostgreSQL.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/metrics.hpp"
#include "lib/base/result.hpp"
#include "lib/store/statement.hpp"
#include "lib/store/values.hpp"

namespace trayline::store {

// The error of a change whose rows another host changed first.
Error came_second(std::string_view statement);

// A write transaction or a read connection. One thread at a time.
class Session {
 public:
  virtual ~Session() = default;
  // conflict: a key says no, or another host was in the way; unavailable: busy, full disk or lost
  // connection; invalid_argument: a text is not UTF-8 or holds a NUL, a row breaks a CHECK or NOT
  // NULL; a wrong statement fails a check() (wrong.hpp). Rows of the answer (also of RETURNING).
  // The first error loses a write transaction: what follows answers the same, and it rolls back.
  virtual Result<Answer> run(const Statement& statement, const Args& args = {}) = 0;
  virtual Result<Answer> run(const Statement& statement, const Rows& rows,
                             const Args& args = {}) = 0;
  // As run(), for what nobody reads an answer of; nothing for no rows. It may be under way still
  // when this returns: its error is then that of a later call or of the transaction.
  virtual Result<void> write(const Statement& statement, const Rows& rows, const Args& args = {});
  // As write(), of a statement that answers a row for each row that it changed. conflict where
  // that is not one for each of these: another host was first.
  virtual Result<void> change(const Statement& statement, const Rows& rows, const Args& args = {});
  // Until the transaction ends, no other host holds one of these keys: for what does not exist yet
  // and a decision rests on. Does nothing where one writer owns the store. Errors as run().
  virtual Result<void> lock(std::vector<std::string> keys);
};

class Store {
 public:
  virtual ~Store() = default;
  // Applies what is missing of these migrations, in one transaction per step.
  virtual Result<void> migrate(const std::vector<const Migrations*>& modules) = 0;
  // Commits when work returns a value, rolls back when it returns an error or throws. The writer's
  // thread only. unavailable from the commit itself: it may have happened.
  virtual Result<void> transaction(const std::function<Result<void>(Session&)>& work) = 0;
  // A connection of its own for reads of committed state; one thread each.
  virtual Result<std::unique_ptr<Session>> reader() = 0;
  // True where hosts of other processes may write as well.
  virtual bool shared() const = 0;
  // How often the writer has connected. After a new one, locks that belonged to the connection are
  // gone, and what the last commit did may be unknown.
  virtual std::uint64_t connections() const = 0;
  virtual std::uint64_t statements() const = 0;  // of the writer, since the store was opened
  virtual std::uint64_t commits() const = 0;
  // Names of statements that ran in this process: a test fails for one that none runs.
  virtual std::vector<std::string> statements_seen() const = 0;
};

}  // namespace trayline::store
