// An eponymous virtual table over Rows (https://www.sqlite.org/vtab.html, section 1.1.2). Values
// keep their types; no text of them is made or parsed.
#include "lib/store/row_set.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <string>

#include "lib/store/rows.hpp"

namespace trayline::store {
namespace {

constexpr const char* kPointer = "trayline-rows";            // what the bound pointer points to
constexpr int kArgument = static_cast<int>(kRowColumnsMax);  // the hidden column, after the others

struct Cursor {
  sqlite3_vtab_cursor base;  // first: SQLite sees this
  const Rows* rows;
  std::size_t at;
};
Cursor& cursor_of(sqlite3_vtab_cursor* base) { return *reinterpret_cast<Cursor*>(base); }

int connect(sqlite3* db, sqlite3_vtab** out) {
  std::string text = "CREATE TABLE x(";
  for (std::size_t i = 0; i < kRowColumnsMax; ++i) text += fmt::format("c{}, ", i);
  text += "rows HIDDEN)";
  const int code = sqlite3_declare_vtab(db, text.c_str());
  if (code == SQLITE_OK) *out = new sqlite3_vtab{};
  return code;
}
int disconnect(sqlite3_vtab* table) {
  delete table;
  return SQLITE_OK;
}

// The argument has to be known; then everything is read from the beginning to the end.
int choose(sqlite3_vtab*, sqlite3_index_info* info) {
  for (int i = 0; i < info->nConstraint; ++i) {
    const auto& constraint = info->aConstraint[i];
    if (constraint.iColumn != kArgument || constraint.op != SQLITE_INDEX_CONSTRAINT_EQ) continue;
    if (constraint.usable == 0) return SQLITE_CONSTRAINT;
    info->aConstraintUsage[i].argvIndex = 1;
    info->aConstraintUsage[i].omit = 1;
    info->estimatedCost = 1;
    return SQLITE_OK;
  }
  return SQLITE_CONSTRAINT;
}

int open(sqlite3_vtab*, sqlite3_vtab_cursor** out) {
  *out = &(new Cursor{})->base;
  return SQLITE_OK;
}
int close(sqlite3_vtab_cursor* base) {
  delete &cursor_of(base);
  return SQLITE_OK;
}
int filter(sqlite3_vtab_cursor* base, int, const char*, int count, sqlite3_value** values) {
  Cursor& cursor = cursor_of(base);
  cursor.rows =
      count == 1 ? static_cast<const Rows*>(sqlite3_value_pointer(values[0], kPointer)) : nullptr;
  cursor.at = 0;
  return SQLITE_OK;
}
int next(sqlite3_vtab_cursor* base) {
  ++cursor_of(base).at;
  return SQLITE_OK;
}
int at_end(sqlite3_vtab_cursor* base) {
  const Cursor& cursor = cursor_of(base);
  return cursor.rows == nullptr || cursor.at >= cursor.rows->size() ? 1 : 0;
}
int column(sqlite3_vtab_cursor* base, sqlite3_context* out, int index) {
  const Cursor& cursor = cursor_of(base);
  const auto i = static_cast<std::size_t>(index);
  if (i >= cursor.rows->columns()) return SQLITE_OK;  // NULL
  const Value& value = cursor.rows->at(cursor.at, i);
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    sqlite3_result_int64(out, *number);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    sqlite3_result_text64(out, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  return SQLITE_OK;
}
int row_id(sqlite3_vtab_cursor* base, sqlite3_int64* out) {
  *out = static_cast<sqlite3_int64>(cursor_of(base).at);
  return SQLITE_OK;
}

// Without create it is there by itself and nobody can make another one.
const sqlite3_module& module() {
  static const sqlite3_module row_set = [] {
    sqlite3_module m{};
    m.xConnect = [](sqlite3* db, void*, int, const char* const*, sqlite3_vtab** out, char**) {
      return connect(db, out);
    };
    m.xBestIndex = choose;
    m.xDisconnect = disconnect;
    m.xOpen = open;
    m.xClose = close;
    m.xFilter = filter;
    m.xNext = next;
    m.xEof = at_end;
    m.xColumn = column;
    m.xRowid = row_id;
    return m;
  }();
  return row_set;
}

}  // namespace

int add_row_set(sqlite3* db) { return sqlite3_create_module(db, "row_set", &module(), nullptr); }

int bind_row_set(sqlite3_stmt* statement, int parameter, const Rows& rows) {
  return sqlite3_bind_pointer(statement, parameter, const_cast<Rows*>(&rows), kPointer, nullptr);
}

}  // namespace trayline::store
