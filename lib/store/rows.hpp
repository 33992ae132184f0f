// Statement texts for an engine: what @rows(...) and :name become. Pure; knows no connection.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.hpp"
#include "lib/store/store.hpp"

namespace trayline::store {

inline constexpr std::size_t kRowColumnsMax = 64;  // of @rows

enum class Engine { sqlite, postgres };
enum class ColumnType { text, bigint };

struct Column {
  std::string name;
  ColumnType type = ColumnType::text;
  bool operator==(const Column&) const = default;
};

// A text as the engine takes it.
struct Expanded {
  std::string sql;
  std::vector<Column> columns;          // of @rows; empty where the text has none
  std::vector<std::string> parameters;  // the :names in order of first use, without the colon
};

// SQLite keeps :name; @rows becomes a subselect over row_set(:rows), which reads Rows in place.
// PostgreSQL: the columns of @rows are $1..$n, one array each; :name number k is $(n+k). Without
// "AS alias" behind it, @rows gets the alias row_set there, which PostgreSQL 15 asks for.
// @lock(t) at the end of a SELECT becomes FOR UPDATE OF t on PostgreSQL, and nothing on SQLite,
// which has one writer; @lock_free(t) leaves out what others have locked (SKIP LOCKED).
// Literals, quoted names and comments are left alone. invalid_argument names the statement.
Result<Expanded> expand(const Statement& statement, Engine engine);

// invalid_argument where a text is not storable; a value of the wrong type fails a check().
Result<void> check_values(const Rows& rows, const Expanded& expanded);

// UTF-8 (RFC 3629) without NUL: what every engine keeps as it is.
bool is_storable(std::string_view text);

}  // namespace trayline::store
