// The only file that sees libpq.
#include "lib/store/pg_connection.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <fstream>
#include <utility>

#include "lib/base/check.hpp"
#include "lib/store/pg_array.hpp"
#include "lib/store/seen.hpp"
#include "lib/store/wrong.hpp"

namespace trayline::store {
namespace {

constexpr int kOldestServer = 15;                 // major version
constexpr const char* kConnectWithin = "5";       // seconds
constexpr const char* kUnansweredMost = "10000";  // ms that sent bytes may stay unacknowledged
constexpr int kStatementMost_ms = 30'000;
constexpr int kLockMost_ms = 5'000;
// A host that hangs within a transaction loses it, and the rows that it locked are free again.
constexpr int kIdleInTransactionMost_ms = 10'000;

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n;") == std::string_view::npos;
}

Result<std::string> read_password(const std::string& path) {
  if (path.empty()) return std::string();
  std::ifstream file(path);
  std::string line;
  if (!file || !std::getline(file, line) || line.empty())
    return fail(Code::unavailable, "cannot read the password of PostgreSQL from " + path);
  return line;
}

std::string trimmed(const char* message) {
  std::string text = message == nullptr ? "" : message;
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

// Refuses what would put a password where everybody sees it.
Result<void> check_url(const std::string& url) {
  char* problem = nullptr;
  PQconninfoOption* options = PQconninfoParse(url.c_str(), &problem);
  const std::string why = trimmed(problem);
  PQfreemem(problem);
  if (options == nullptr) return fail(Code::invalid_argument, "the address of PostgreSQL: " + why);
  bool has_password = false;
  for (const PQconninfoOption* o = options; o->keyword != nullptr; ++o)
    has_password |= std::string_view(o->keyword) == "password" && o->val != nullptr;
  PQconninfoFree(options);
  if (has_password)
    return fail(Code::invalid_argument,
                "the address of PostgreSQL holds a password; put it into a file of its own");
  return {};
}

// Classes of SQLSTATE (PostgreSQL manual, appendix A).
// What a row alone breaks, whoever else writes: NOT NULL and CHECK.
bool breaks_a_rule(std::string_view state) { return state == "23502" || state == "23514"; }
bool lost_a_race(std::string_view state) {
  return state.starts_with("23") || state == "40001" || state == "40P01";
}
bool is_statement_fault(std::string_view state) {
  return state.starts_with("42") || state.starts_with("22") || state.starts_with("0A") ||
         state.starts_with("21") || state.starts_with("25") || state.starts_with("26");
}

}  // namespace

struct PgConnection::Prepared {
  std::string name;    // of the statement
  std::string handle;  // on this connection
  std::string source;  // the texts it was made from
  bool two_texts = false;
  Expanded expanded;
  std::shared_ptr<const std::vector<std::string>> columns;
  std::vector<unsigned> types;
  Counter runs;
};

void PgConnection::Clear::operator()(pg_result* result) const { PQclear(result); }

PgConnection::PgConnection(PgConfig config) : config_(std::move(config)) {}

PgConnection::~PgConnection() { PQfinish(connection_); }

Result<std::unique_ptr<PgConnection>> PgConnection::open(const PgConfig& config) {
  if (auto sound = check_url(config.url); !sound) return fail(sound.error());
  std::unique_ptr<PgConnection> connection(new PgConnection(config));
  if (auto connected = connection->connect(); !connected) return fail(connected.error());
  if (auto configured = connection->configure(); !configured) return fail(configured.error());
  return connection;
}

Result<void> PgConnection::connect() {
  const Result<std::string> password = read_password(config_.password_file);
  if (!password) return fail(password.error());
  // What stands before the address yields to it.
  const char* keywords[] = {"application_name",
                            "connect_timeout",
                            "tcp_user_timeout",
                            "keepalives_idle",
                            "keepalives_interval",
                            "keepalives_count",
                            "target_session_attrs",
                            "dbname",
                            "client_encoding",
                            "password",
                            nullptr};
  const char* values[] = {config_.name.c_str(),
                          kConnectWithin,
                          kUnansweredMost,
                          "5",
                          "2",
                          "3",
                          "read-write",
                          config_.url.c_str(),
                          "UTF8",
                          password->empty() ? nullptr : password->c_str(),
                          nullptr};
  connection_ = PQconnectdbParams(keywords, values, 1);
  if (!usable()) return fail(refusal());
  PQsetNoticeProcessor(
      connection_, [](void*, const char*) {}, nullptr);
  const int version = PQserverVersion(connection_) / 10'000;
  if (version < kOldestServer)
    return fail(Code::unavailable, fmt::format("PostgreSQL {} is too old; {} or newer is needed",
                                               version, kOldestServer));
  const char* encoding = PQparameterStatus(connection_, "server_encoding");
  if (encoding == nullptr || std::string_view(encoding) != "UTF8")
    return fail(Code::unavailable,
                fmt::format("the database keeps texts as {}; create it with ENCODING 'UTF8'",
                            encoding == nullptr ? "nobody knows what" : encoding));
  return {};
}

Error PgConnection::refusal() const {
  std::string detail = fmt::format("PostgreSQL: {}", trimmed(PQerrorMessage(connection_)));
  const auto hint = [&](std::string_view sign, std::string_view todo) {
    if (detail.find(sign) != std::string::npos) detail += fmt::format("; {}", todo);
  };
  hint("database \"", "create it: createdb --encoding UTF8 NAME");
  hint("password authentication failed", "see the user and the file of its password");
  hint("no password supplied", "name the file of its password");
  hint("Connection refused", "see that the server runs and listens there");
  hint("is read-only", "give the address of the primary");
  return {Code::unavailable, std::move(detail)};
}

// Plans are made once per statement, by indexes: a set of rows is always small against its table,
// also where that table was empty when the plan was made.
Result<void> PgConnection::configure() {
  const auto limit = [&](int ms) { return config_.patient ? 0 : ms; };
  const std::string sql = fmt::format(
      "SET synchronous_commit = on; SET default_transaction_isolation = 'read committed'; "
      "SET standard_conforming_strings = on; SET jit = off; "
      "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; "
      "SET plan_cache_mode = force_generic_plan; SET default_transaction_read_only = {}; "
      "SET statement_timeout = {}; SET lock_timeout = {}; "
      "SET idle_in_transaction_session_timeout = {}",
      config_.read_only ? "on" : "off", limit(kStatementMost_ms), limit(kLockMost_ms),
      limit(kIdleInTransactionMost_ms));
  if (auto done = script("opening", sql); !done) return fail(done.error());
  return {};
}

Result<Answer> PgConnection::run(const Statement& statement, const Rows* rows, const Args& args) {
  const Result<Prepared*> found = prepared(statement, args);
  if (!found) return fail(found.error());
  Prepared& p = **found;
  if (auto bound = bind(p, rows, args); !bound) return fail(bound.error());
  p.runs.add();
  ResultPtr result;
  if (sent_.empty()) {
    result =
        last(PQsendQueryPrepared(connection_, p.handle.c_str(), static_cast<int>(values_.size()),
                                 values_.data(), lengths_.data(), formats_.data(), 1));
  } else {
    if (auto pushed = push({&p}); !pushed) return fail(pushed.error());
    Result<ResultPtr> last = collect();
    if (!last) return fail(last.error());
    result = std::move(*last);
  }
  const ExecStatusType status = PQresultStatus(result.get());
  if (status == PGRES_COMMAND_OK) return Answer();
  if (status != PGRES_TUPLES_OK) return fail(error(result.get(), p.name));
  return read(p, result.get());
}

Result<void> PgConnection::send(const Statement& statement, const Rows& rows, const Args& args,
                                Answers answers) {
  const Result<Prepared*> found = prepared(statement, args);
  if (!found) return fail(found.error());
  if (auto bound = bind(**found, &rows, args); !bound) return bound;
  (*found)->runs.add();
  Sent sent{*found};
  if (answers == Answers::one_each) sent.rows = rows.size();
  return push(sent);
}

// With a synchronisation after each: only then does the server's limit for hosts that hang within
// a transaction hold (it does not end a transaction that was begun explicitly).
Result<void> PgConnection::push(Sent sent) {
  const Prepared& p = *sent.statement;
  if (sent_.empty() && PQenterPipelineMode(connection_) != 1) return fail(error(nullptr, p.name));
  sent_.push_back(sent);
  const int done =
      PQsendQueryPrepared(connection_, p.handle.c_str(), static_cast<int>(values_.size()),
                          values_.data(), lengths_.data(), formats_.data(), 1);
  if (done != 1 || PQpipelineSync(connection_) != 1) return fail(error(nullptr, p.name));
  return {};
}

// The next answer to what was sent; null: that was all. Where none comes in time, libpq finds the
// connection closed: the kernel of a server that hangs goes on to acknowledge what arrives.
PgConnection::ResultPtr PgConnection::next() {
  using std::chrono::steady_clock;
  const auto end = steady_clock::now() + config_.answer_most;
  while (PQisBusy(connection_) == 1 && PQstatus(connection_) == CONNECTION_OK) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - steady_clock::now());
    const int wait_ms = config_.patient ? -1 : std::max(0, static_cast<int>(left.count()));
    pollfd socket{PQsocket(connection_), POLLIN, 0};
    if (::poll(&socket, 1, wait_ms) == 0) {
      silent_ = true;
      ::shutdown(socket.fd, SHUT_RDWR);
    }
    PQconsumeInput(connection_);
  }
  return ResultPtr(PQgetResult(connection_));
}

// The last answer to what was sent outside a pipeline, or the first that failed; null: not sent.
PgConnection::ResultPtr PgConnection::last(int sent) {
  ResultPtr last;
  while (ResultPtr more = sent == 1 ? next() : nullptr) {
    if (!last || PQresultStatus(last.get()) != PGRES_FATAL_ERROR) last = std::move(more);
  }
  return last;
}

// Reads the answers to everything that was sent, and leaves the pipeline.
PgConnection::Drained PgConnection::drain() {
  const std::vector<Sent> sent = std::exchange(sent_, {});
  Drained drained;
  drained.culprit = sent.back().statement;
  std::size_t at = 0;
  std::size_t synced = 0;
  // One end for each statement and no more: libpq may forget its queue when the connection is lost.
  while (synced < sent.size() && at <= sent.size()) {
    ResultPtr result = next();
    const ExecStatusType status = PQresultStatus(result.get());
    const Sent& of = sent[std::min(at, sent.size() - 1)];
    if (!result) {  // the end of one statement's answer
      ++at;
    } else if (status == PGRES_PIPELINE_SYNC) {
      ++synced;
    } else if (drained.failed || drained.second || status == PGRES_PIPELINE_ABORTED) {
      continue;
    } else if (status == PGRES_FATAL_ERROR) {
      drained.failed = std::move(result);
      drained.culprit = of.statement;
    } else if (of.rows && std::cmp_not_equal(PQntuples(result.get()), *of.rows)) {
      drained.second = true;
      drained.culprit = of.statement;
    } else {
      drained.last = std::move(result);
    }
  }
  lost_ = PQexitPipelineMode(connection_) != 1;
  drained.whole = usable() && !drained.failed && !drained.second;
  return drained;
}

// The result of the last statement that was sent, or the error of the first that failed.
Result<PgConnection::ResultPtr> PgConnection::collect() {
  Drained drained = drain();
  if (drained.second) return fail(came_second(drained.culprit->name));
  if (!drained.whole) return fail(error(drained.failed.get(), drained.culprit->name));
  return std::move(drained.last);
}

void PgConnection::roll_back() {
  if (!sent_.empty()) drain();
  if (usable() && in_transaction()) last(PQsendQuery(connection_, "ROLLBACK"));
}

Result<PgConnection::Prepared*> PgConnection::prepared(const Statement& statement,
                                                       const Args& args) {
  const std::string_view text =
      statement.postgres_sql.empty() ? statement.sql : statement.postgres_sql;
  std::unique_ptr<Prepared>& entry = prepared_[std::string(statement.name)];
  if (entry && entry->source == text) return entry.get();
  if (!sent_.empty()) {  // a pipeline takes no statement that is not known yet
    if (auto done = collect(); !done) return fail(done.error());
  }
  auto fresh = std::make_unique<Prepared>();
  fresh->handle = statement.name;
  if (entry) fresh->handle += fmt::format("#{}", ++replaced_);
  fresh->source = text;
  if (auto made = prepare(statement, args, *fresh); !made) return fail(made.error());
  entry = std::move(fresh);
  return entry.get();
}

// Parameters have the type of their first argument; a NULL leaves it to the text.
Result<void> PgConnection::prepare(const Statement& statement, const Args& args, Prepared& out) {
  Result<Expanded> expanded = expand(statement, Engine::postgres);
  if (!expanded) check(false, expanded.error().detail);
  out.name = statement.name;
  out.two_texts = !statement.postgres_sql.empty();
  out.expanded = std::move(*expanded);
  if (is_blank(out.expanded.sql)) check(false, fmt::format("statement {} is empty", out.name));
  std::vector<Oid> types;
  for (const Column& column : out.expanded.columns)
    types.push_back(column.type == ColumnType::text ? kTextArray : kInt8Array);
  for (const std::string& name : out.expanded.parameters) {
    const auto arg = args.find(name);
    if (arg == args.end())
      check(false, fmt::format("statement {} was not given :{}", out.name, name));
    types.push_back(std::holds_alternative<std::string>(arg->second)    ? kText
                    : std::holds_alternative<std::int64_t>(arg->second) ? kInt8
                                                                        : 0);
  }
  const ResultPtr result =
      last(PQsendPrepare(connection_, out.handle.c_str(), out.expanded.sql.c_str(),
                         static_cast<int>(types.size()), types.data()));
  if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) return fail(error(result.get(), out.name));
  if (config_.metrics != nullptr)
    out.runs = config_.metrics->counter("trayline_store_statements_total",
                                        "Statements that ran, by name", {{"name", out.name}});
  note_prepared(out.name);
  return {};
}

Result<void> PgConnection::bind(const Prepared& p, const Rows* rows, const Args& args) {
  const std::size_t columns = p.expanded.columns.size();
  if ((columns > 0) != (rows != nullptr) || (rows != nullptr && rows->columns() != columns))
    check(false, fmt::format("statement {} takes {} columns of rows and was given {}", p.name,
                             columns, rows ? rows->columns() : 0));
  const std::size_t count = columns + p.expanded.parameters.size();
  if (texts_.size() < count) texts_.resize(count);
  values_.assign(count, nullptr);
  lengths_.assign(count, 0);
  formats_.assign(count, 0);
  for (std::size_t i = 0; i < columns; ++i) {
    if (auto made = to_array(*rows, p.expanded, i, texts_[i]); !made)
      return fail(made.error().code, fmt::format("statement {}: {}", p.name, made.error().detail));
    values_[i] = texts_[i].data();
    lengths_[i] = static_cast<int>(texts_[i].size());
    formats_[i] = 1;
  }
  for (std::size_t i = columns; i < count; ++i) {
    const std::string& name = p.expanded.parameters[i - columns];
    const auto arg = args.find(name);
    if (arg == args.end())
      check(false, fmt::format("statement {} was not given :{}", p.name, name));
    if (auto bound = bind_argument(p, i, arg->second); !bound) return bound;
  }
  if (args.size() > p.expanded.parameters.size() && !p.two_texts)
    check(false, fmt::format("statement {} was given an argument that it does not name", p.name));
  return {};
}

Result<void> PgConnection::bind_argument(const Prepared& p, std::size_t at, const Value& value) {
  if (value.index() == 0) return {};
  const auto* text = std::get_if<std::string>(&value);
  if (text != nullptr && !is_storable(*text))
    return fail(Code::invalid_argument,
                fmt::format("statement {}: the text for :{} is not UTF-8 or holds a NUL", p.name,
                            p.expanded.parameters[at - p.expanded.columns.size()]));
  texts_[at] = text != nullptr ? *text : fmt::format("{}", std::get<std::int64_t>(value));
  values_[at] = texts_[at].c_str();
  return {};
}

Answer PgConnection::read(Prepared& p, const pg_result* result) {
  const int width = PQnfields(result);
  if (!p.columns) {
    std::vector<std::string> names;
    for (int i = 0; i < width; ++i) {
      names.emplace_back(PQfname(result, i));
      p.types.push_back(PQftype(result, i));
      if (std::find(names.begin(), names.end() - 1, names.back()) != names.end() - 1)
        check(false, fmt::format("statement {} answers two columns {}", p.name, names.back()));
      const unsigned type = p.types.back();
      const bool number = type == kInt8 || type == kInt4 || type == kInt2 || type == kBool;
      if (type != kText && !number)
        check(false, fmt::format("statement {} answers neither text nor bigint in column {}: "
                                 "write a CAST",
                                 p.name, names.back()));
    }
    p.columns = std::make_shared<const std::vector<std::string>>(std::move(names));
  }
  Answer answer;
  const int height = PQntuples(result);
  answer.reserve(static_cast<std::size_t>(height));
  for (int row = 0; row < height; ++row) {
    std::vector<Value> values(static_cast<std::size_t>(width));
    for (int i = 0; i < width; ++i) {
      if (PQgetisnull(result, row, i)) continue;
      const std::string_view bytes(PQgetvalue(result, row, i),
                                   static_cast<std::size_t>(PQgetlength(result, row, i)));
      if (p.types[static_cast<std::size_t>(i)] == kText) {
        values[static_cast<std::size_t>(i)] = std::string(bytes);
      } else {
        values[static_cast<std::size_t>(i)] = from_binary(bytes);
      }
    }
    answer.emplace_back(p.columns, std::move(values));
  }
  return answer;
}

Result<std::string> PgConnection::script(std::string_view what, std::string_view sql) {
  if (!sent_.empty()) {
    if (auto done = collect(); !done) return fail(done.error());
  }
  const ResultPtr result = last(PQsendQuery(connection_, std::string(sql).c_str()));
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
    return fail(error(result.get(), what));
  return std::string(PQcmdStatus(result.get()));
}

bool PgConnection::in_transaction() const {
  return PQtransactionStatus(connection_) != PQTRANS_IDLE;
}

bool PgConnection::usable() const { return !lost_ && PQstatus(connection_) == CONNECTION_OK; }
int PgConnection::socket() const { return PQsocket(connection_); }
int PgConnection::process() const { return PQbackendPID(connection_); }

std::vector<PgNotice> PgConnection::notices() {
  std::vector<PgNotice> all;
  PQconsumeInput(connection_);
  while (PGnotify* notice = PQnotifies(connection_)) {
    all.push_back({notice->be_pid, notice->extra});
    PQfreemem(notice);
  }
  return all;
}

// The server's first line only: its details quote values.
Error PgConnection::error(const pg_result* result, std::string_view what) const {
  const char* code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char* primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  const std::string_view state = code == nullptr ? "" : code;
  const std::string message = silent_              ? "no answer in time"
                              : primary == nullptr ? trimmed(PQerrorMessage(connection_))
                                                   : std::string(primary);
  if (!usable())
    return {Code::unavailable,
            fmt::format("the connection to PostgreSQL was lost ({}: {})", what, message)};
  const std::string detail = fmt::format("{}: {} ({})", what, message, state);
  if (breaks_a_rule(state)) return {Code::invalid_argument, detail};
  if (lost_a_race(state)) return {Code::conflict, detail};
  if (state.starts_with("54")) return {Code::exhausted, detail};
  if (state == "53100")
    return {Code::unavailable,
            "PostgreSQL has no space left; free some, then it goes on by itself"};
  if (state == "25006" && !config_.read_only)
    return {Code::unavailable, "PostgreSQL: this server is a replica; give the primary's address"};
  if (state == "42501")
    return {Code::unavailable, detail + ": give the user of the address this right"};
  if (is_statement_fault(state) && config_.foreign)
    return {Code::unavailable, "this is no database of ours, or one of another release (" + detail +
                                   "): see its address, or run `trayline migrate`"};
  if (is_statement_fault(state)) statement_failed(what, detail);
  return {Code::unavailable, "PostgreSQL: " + detail};
}

}  // namespace trayline::store
