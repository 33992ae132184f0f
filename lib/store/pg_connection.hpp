// One connection to PostgreSQL: its settings, its prepared statements, its errors as Results.
// Private to this module. One thread at a time.
#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/base/metrics.hpp"
#include "lib/base/result.hpp"
#include "lib/store/postgres.hpp"
#include "lib/store/store.hpp"

struct pg_conn;
struct pg_result;

namespace trayline::store {

struct PgConfig {
  std::string url = {};            // without a password
  std::string password_file = {};  // empty: none
  std::string name = {};           // application_name
  bool read_only = false;
  bool patient = false;  // waits for locks, statements and answers without a limit
  Metrics* metrics = nullptr;
  bool foreign = false;  // see PostgresConfig
  std::chrono::milliseconds answer_most = kAnswerMost;
};

// What a notification says.
struct PgNotice {
  int sender = 0;  // the process id of the sending connection
  std::string payload;
};

class PgConnection {
 public:
  // unavailable: not reached, refused, too old, not in UTF-8, a replica, each with what to do;
  // invalid_argument: the address cannot be read or holds a password.
  static Result<std::unique_ptr<PgConnection>> open(const PgConfig& config);
  ~PgConnection();
  PgConnection(const PgConnection&) = delete;
  PgConnection& operator=(const PgConnection&) = delete;

  // rows: null where the statement has no @rows. Errors as Session::run.
  Result<Answer> run(const Statement& statement, const Rows* rows, const Args& args);
  // Sent and not waited for, in a pipeline; within a transaction only. Its error is that of the
  // next run() or script(), which does nothing then; conflict where it answers fewer rows than it
  // must.
  enum class Answers { any, one_each };
  Result<void> send(const Statement& statement, const Rows& rows, const Args& args,
                    Answers answers);
  // A script without parameters: BEGIN, COMMIT, a migration. what names it in errors. The answer
  // is what the last command of it did, e.g. "COMMIT".
  Result<std::string> script(std::string_view what, std::string_view sql);
  // Whatever was under way; what the engine says to it does not matter.
  void roll_back();
  bool in_transaction() const;
  // False once the connection was lost, for good.
  bool usable() const;
  int socket() const;
  int process() const;  // of the server, which serves this connection
  // What has arrived for LISTEN; call it when the socket is readable.
  std::vector<PgNotice> notices();

 private:
  struct Prepared;
  struct Clear {
    void operator()(pg_result* result) const;
  };
  using ResultPtr = std::unique_ptr<pg_result, Clear>;
  struct Sent {
    const Prepared* statement = nullptr;
    std::optional<std::size_t> rows = {};  // that it must answer
  };
  struct Drained {
    ResultPtr last = {};
    ResultPtr failed = {};
    const Prepared* culprit = nullptr;
    bool second = false;  // the culprit answered other rows than it must
    bool whole = false;   // nothing failed
  };
  explicit PgConnection(PgConfig config);
  Result<void> connect();
  Result<void> configure();
  Result<Prepared*> prepared(const Statement& statement, const Args& args);
  Result<void> prepare(const Statement& statement, const Args& args, Prepared& out);
  Result<void> bind(const Prepared& prepared, const Rows* rows, const Args& args);
  Result<void> bind_argument(const Prepared& prepared, std::size_t at, const Value& value);
  Result<void> push(Sent sent);
  ResultPtr next();
  ResultPtr last(int sent);
  Drained drain();
  Result<ResultPtr> collect();
  Answer read(Prepared& prepared, const pg_result* result);
  Error error(const pg_result* result, std::string_view what) const;
  Error refusal() const;

  PgConfig config_;
  pg_conn* connection_ = nullptr;
  std::unordered_map<std::string, std::unique_ptr<Prepared>> prepared_;  // by statement name
  std::vector<Sent> sent_;  // in the pipeline, in order
  bool lost_ = false;       // nobody knows what its pipeline holds
  bool silent_ = false;     // given up, because no answer came
  unsigned replaced_ = 0;   // statements prepared anew under the same name
  // Of the statement at hand; they keep their room.
  std::vector<std::string> texts_;
  std::vector<const char*> values_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
};

}  // namespace trayline::store
