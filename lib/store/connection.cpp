// The only file that sees sqlite3.h, beside row_set.cpp.
#include "lib/store/connection.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>

#include "lib/base/check.hpp"
#include "lib/store/row_set.hpp"
#include "lib/store/rows.hpp"
#include "lib/store/seen.hpp"
#include "lib/store/wrong.hpp"

namespace trayline::store {
namespace {

constexpr std::int64_t kScannedBytesMax = 64 << 20;  // larger files are not scanned at start
constexpr std::int64_t kWalBytesKept = 64 << 20;     // the log is cut to this after a checkpoint
constexpr int kPageCacheKib = 16 * 1024;             // page cache of a connection
constexpr int kPagesAtOnce = 4;                      // that a page cache begins with

bool is_statement_fault(int code) {
  switch (code & 0xff) {
    case SQLITE_ERROR:
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
    case SQLITE_MISMATCH:
    case SQLITE_AUTH:
      return true;
    default:
      return false;
  }
}

// What a row alone breaks, whoever else writes.
bool breaks_a_rule(int code) {
  return code == SQLITE_CONSTRAINT_CHECK || code == SQLITE_CONSTRAINT_NOTNULL;
}

bool is_blank_sql(std::string_view tail) {
  return tail.find_first_not_of(" \t\r\n;") == std::string_view::npos || tail.starts_with("--");
}

// Of the process. Counting bytes takes a lock for each piece of memory. Pages are fetched a few at
// a time, because most caches are of a result in the making (RETURNING, UPDATE FROM) and hold two.
void set_up_engine() {
  static const bool done = [] {
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sqlite3_config(SQLITE_CONFIG_PAGECACHE, nullptr, 0, kPagesAtOnce);
    return true;
  }();
  (void)done;
}

}  // namespace

struct Connection::Prepared {
  ~Prepared() { sqlite3_finalize(handle); }
  sqlite3_stmt* handle = nullptr;
  std::string name;
  std::string source;  // the text it was made from
  bool two_texts = false;
  Expanded expanded;
  int rows_at = 0;           // the number of :rows; 0: it takes none
  std::vector<int> numbers;  // of the parameters
  std::shared_ptr<const std::vector<std::string>> columns;
  Counter runs;
};

Connection::Connection(ConnectionConfig config) : config_(std::move(config)) {}

Connection::~Connection() {
  prepared_.clear();
  sqlite3_close(db_);
}

Result<std::unique_ptr<Connection>> Connection::open(const ConnectionConfig& config) {
  set_up_engine();
  std::unique_ptr<Connection> connection(new Connection(config));
  const int flags = config.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  // "./" keeps a path that looks like a URI a path.
  const bool as_it_is = config.in_memory || config.path.starts_with("/");
  const std::string path = as_it_is ? config.path : "./" + config.path;
  const int code =
      sqlite3_open_v2(path.c_str(), &connection->db_, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  if (code != SQLITE_OK) return fail(connection->error(code, "opening"));
  sqlite3_extended_result_codes(connection->db_, 1);
  if (auto configured = connection->configure(); !configured) return fail(configured.error());
  connection->opened_ = true;
  return connection;
}

Result<void> Connection::configure() {
  sqlite3_busy_timeout(db_, config_.busy_timeout_ms);
  if (const int code = add_row_set(db_); code != SQLITE_OK) return fail(error(code, "opening"));
  std::string sql = fmt::format("PRAGMA foreign_keys=ON; PRAGMA cache_size=-{}; ", kPageCacheKib);
  if (config_.read_only) {
    sql += "PRAGMA query_only=ON; SELECT 1 FROM sqlite_schema;";
    return script("opening", sql);
  }
  if (config_.in_memory) return script("opening", sql + "PRAGMA journal_mode=MEMORY;");
  sql +=
      fmt::format("PRAGMA journal_mode=WAL; PRAGMA synchronous={}; PRAGMA journal_size_limit={};",
                  config_.durable ? "FULL" : "OFF", kWalBytesKept);
  if (auto done = script("opening", sql); !done) return done;
  const Statement mode{
      "store.read_journal_mode", "SELECT journal_mode FROM pragma_journal_mode", {}};
  const Result<Answer> answer = run(mode, nullptr, {});
  if (!answer) return fail(answer.error());
  if (answer->at(0).text("journal_mode") != "wal")
    return fail(Code::unavailable,
                fmt::format("{}: this file system cannot keep a write-ahead log", config_.path));
  return scan();
}

// Looks through the whole file while that takes no time worth mentioning.
Result<void> Connection::scan() {
  const Statement size{"store.read_size",
                       "SELECT c.page_count * s.page_size AS bytes "
                       "FROM pragma_page_count AS c, pragma_page_size AS s",
                       {}};
  const Result<Answer> answer = run(size, nullptr, {});
  if (!answer) return fail(answer.error());
  if (answer->at(0).integer("bytes") > kScannedBytesMax) return {};
  const Statement check{
      "store.scan_pages", "SELECT quick_check AS verdict FROM pragma_quick_check(1)", {}};
  const Result<Answer> verdict = run(check, nullptr, {});
  if (!verdict) return fail(verdict.error());
  if (verdict->empty() || verdict->at(0).text("verdict") != "ok")
    return fail(error(SQLITE_CORRUPT, "scanning"));
  return {};
}

Result<Answer> Connection::run(const Statement& statement, const Rows* rows, const Args& args) {
  const Result<Prepared*> found = prepared(statement);
  if (!found) return fail(found.error());
  Prepared& p = **found;
  struct Reset {
    ~Reset() {
      sqlite3_reset(handle);
      sqlite3_clear_bindings(handle);
    }
    sqlite3_stmt* handle;
  } const reset{p.handle};
  if (auto bound = bind(p, rows, args); !bound) return fail(bound.error());
  p.runs.add();
  return step(p);
}

Result<Connection::Prepared*> Connection::prepared(const Statement& statement) {
  const auto known = prepared_.find(statement.name);
  if (known != prepared_.end() && known->second->source == statement.sql)
    return known->second.get();
  auto fresh = std::make_unique<Prepared>();
  if (auto made = prepare(statement, *fresh); !made) return fail(made.error());
  Prepared* const entry = fresh.get();
  prepared_.insert_or_assign(std::string(statement.name), std::move(fresh));
  return entry;
}

Result<void> Connection::prepare(const Statement& statement, Prepared& out) {
  Result<Expanded> expanded = expand(statement, Engine::sqlite);
  if (!expanded) check(false, expanded.error().detail);
  out.name = statement.name;
  out.source = statement.sql;
  out.two_texts = !statement.postgres_sql.empty();
  out.expanded = std::move(*expanded);
  const std::string& sql = out.expanded.sql;
  const char* tail = nullptr;
  const int code = sqlite3_prepare_v3(db_, sql.c_str(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &out.handle, &tail);
  if (code != SQLITE_OK) return fail(error(code, out.name));
  if (out.handle == nullptr) check(false, fmt::format("statement {} is empty", out.name));
  if (!is_blank_sql(tail))
    check(false, fmt::format("statement {} holds more than one statement", out.name));
  for (int i = 1; i <= sqlite3_bind_parameter_count(out.handle); ++i) {
    if (sqlite3_bind_parameter_name(out.handle, i) == nullptr)
      check(false, fmt::format("statement {} has a parameter without a name", out.name));
  }
  out.rows_at = sqlite3_bind_parameter_index(out.handle, ":rows");
  for (const std::string& name : out.expanded.parameters)
    out.numbers.push_back(sqlite3_bind_parameter_index(out.handle, (":" + name).c_str()));
  if (config_.metrics != nullptr)
    out.runs = config_.metrics->counter("trayline_store_statements_total",
                                        "Statements that ran, by name", {{"name", out.name}});
  note_prepared(out.name);
  return {};
}

Result<void> Connection::bind(Prepared& p, const Rows* rows, const Args& args) {
  const bool wants_rows = !p.expanded.columns.empty();
  if (wants_rows != (rows != nullptr) || (rows && rows->columns() != p.expanded.columns.size()))
    check(false, fmt::format("statement {} takes {} columns of rows and was given {}", p.name,
                             p.expanded.columns.size(), rows ? rows->columns() : 0));
  if (rows != nullptr) {
    if (auto sound = check_values(*rows, p.expanded); !sound)
      return fail(sound.error().code,
                  fmt::format("statement {}: {}", p.name, sound.error().detail));
    const int code = bind_row_set(p.handle, p.rows_at, *rows);
    if (code != SQLITE_OK) return fail(error(code, p.name));
  }
  for (std::size_t i = 0; i < p.numbers.size(); ++i) {
    const auto arg = args.find(p.expanded.parameters[i]);
    if (arg == args.end())
      check(false, fmt::format("statement {} was not given :{}", p.name, p.expanded.parameters[i]));
    if (auto bound = bind_value(p, i, arg->second); !bound) return bound;
  }
  if (args.size() > p.expanded.parameters.size() && !p.two_texts)
    check(false, fmt::format("statement {} was given an argument that it does not name", p.name));
  return {};
}

Result<void> Connection::bind_value(Prepared& p, std::size_t parameter, const Value& value) {
  const int at = p.numbers[parameter];
  int code = SQLITE_OK;
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    code = sqlite3_bind_int64(p.handle, at, *number);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    if (!is_storable(*text))
      return fail(Code::invalid_argument,
                  fmt::format("statement {}: the text for :{} is not UTF-8 or holds a NUL", p.name,
                              p.expanded.parameters[parameter]));
    // Static: the arguments live until the run is over.
    code =
        sqlite3_bind_text64(p.handle, at, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  if (code != SQLITE_OK) return fail(error(code, p.name));
  return {};
}

namespace {

std::shared_ptr<const std::vector<std::string>> column_names(sqlite3_stmt* handle,
                                                             std::string_view statement) {
  std::vector<std::string> names;
  for (int i = 0; i < sqlite3_column_count(handle); ++i) {
    const char* name = sqlite3_column_name(handle, i);
    names.emplace_back(name == nullptr ? "" : name);
    if (std::find(names.begin(), names.end() - 1, names.back()) != names.end() - 1)
      check(false, fmt::format("statement {} answers two columns {}", statement, names.back()));
  }
  return std::make_shared<const std::vector<std::string>>(std::move(names));
}

Value column_value(sqlite3_stmt* handle, int i, std::string_view statement) {
  switch (sqlite3_column_type(handle, i)) {
    case SQLITE_INTEGER:
      return std::int64_t{sqlite3_column_int64(handle, i)};
    case SQLITE_TEXT: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(handle, i));
      return std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(handle, i)));
    }
    case SQLITE_NULL:
      return Value();
    default:
      check(false, fmt::format("statement {} answers a real or a blob in column {}", statement,
                               sqlite3_column_name(handle, i)));
      return Value();
  }
}

}  // namespace

Result<Answer> Connection::step(Prepared& p) {
  Answer answer;
  for (;;) {
    const int code = sqlite3_step(p.handle);
    if (code == SQLITE_DONE) return answer;
    if (code != SQLITE_ROW) return fail(error(code, p.name));
    const int count = sqlite3_column_count(p.handle);
    // A changed schema prepares SELECT * anew, with other columns.
    if (!p.columns || (answer.empty() && std::ssize(*p.columns) != count))
      p.columns = column_names(p.handle, p.name);
    std::vector<Value> values;
    values.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) values.push_back(column_value(p.handle, i, p.name));
    answer.emplace_back(p.columns, std::move(values));
  }
}

Result<void> Connection::script(std::string_view what, std::string_view sql) {
  const int code = sqlite3_exec(db_, std::string(sql).c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return fail(error(code, what));
  return {};
}

bool Connection::in_transaction() const { return sqlite3_get_autocommit(db_) == 0; }

Error Connection::error(int code, std::string_view what) const {
  const char* message = db_ == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(db_);
  const bool wrote_on_reader = config_.read_only && code == SQLITE_READONLY;
  const bool fault = is_statement_fault(code) || wrote_on_reader;
  if (opened_ && fault && config_.foreign)
    return {Code::unavailable, fmt::format("{} is damaged or no database of ours ({}: {})",
                                           config_.path, what, message)};
  if (opened_ && fault) statement_failed(what, fmt::format("{}: {}", what, message));
  if (breaks_a_rule(code)) return {Code::invalid_argument, fmt::format("{}: {}", what, message)};
  switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
      return {Code::conflict, fmt::format("{}: {}", what, message)};
    case SQLITE_TOOBIG:
      return {Code::exhausted, fmt::format("{}: {}", what, message)};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {Code::unavailable,
              fmt::format("{} is damaged or no database of ours ({}: {}): move it away and restore "
                          "a backup",
                          config_.path, what, sqlite3_errstr(code))};
    case SQLITE_FULL:
      return {Code::unavailable,
              fmt::format("no space left for {} ({}): free some, then it goes on by itself",
                          config_.path, what)};
    default:
      return {Code::unavailable, fmt::format("{}: {}: {}", config_.path, what, message)};
  }
}

}  // namespace trayline::store
