// @rows(...) and :name into the notation of an engine; which values an engine takes.
#include "lib/store/rows.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "lib/base/check.hpp"
#include "lib/base/utf8.hpp"

namespace trayline::store {
namespace {

constexpr std::string_view kRows = "@rows(";
constexpr std::string_view kLock = "@lock(";
constexpr std::string_view kLockFree = "@lock_free(";

bool starts_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool in_name(char c) { return starts_name(c) || (c >= '0' && c <= '9'); }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::string_view type_name(ColumnType type) { return type == ColumnType::text ? "text" : "bigint"; }

// One pass over a text, copying what it does not understand.
class Expander {
 public:
  Expander(const Statement& statement, Engine engine)
      : name_(statement.name),
        text_(engine == Engine::postgres && !statement.postgres_sql.empty() ? statement.postgres_sql
                                                                            : statement.sql),
        engine_(engine) {}

  Result<Expanded> run() {
    if (auto found = find_columns(); !found) return fail(found.error());
    while (at_ < text_.size()) {
      if (skip_opaque()) continue;
      if (text_.substr(at_).starts_with(kRows)) {
        write_rows();
      } else if (text_.substr(at_).starts_with(kLock)) {
        if (auto written = write_lock(kLock, ""); !written) return fail(written.error());
      } else if (text_.substr(at_).starts_with(kLockFree)) {
        if (auto written = write_lock(kLockFree, " SKIP LOCKED"); !written)
          return fail(written.error());
      } else if (text_[at_] == ':') {
        if (auto written = write_parameter(); !written) return fail(written.error());
      } else {
        out_.sql += text_[at_++];
      }
    }
    return std::move(out_);
  }

 private:
  // The columns come first, because their arrays take the first numbers in PostgreSQL.
  Result<void> find_columns() {
    while (at_ < text_.size()) {
      if (skip_opaque()) continue;
      if (!text_.substr(at_).starts_with(kRows)) {
        ++at_;
        continue;
      }
      Result<std::vector<Column>> columns = parse_columns();
      if (!columns) return fail(columns.error());
      if (columns->size() > kRowColumnsMax) return wrong("its @rows has too many columns");
      if (!out_.columns.empty() && out_.columns != *columns)
        return wrong("its @rows(...) differ; one set of rows with the same columns is allowed");
      out_.columns = std::move(*columns);
    }
    at_ = 0;
    out_.sql.clear();
    return {};
  }

  Result<std::vector<Column>> parse_columns() {
    at_ += kRows.size();
    std::vector<Column> columns;
    for (;;) {
      const std::string column(take_name());
      const std::string_view type = take_name();
      if (column.empty()) return wrong("@rows(name type, ...) expected");
      if (type != "text" && type != "bigint")
        return wrong(fmt::format("column {} of @rows needs the type text or bigint", column));
      const auto same = [&](const Column& c) { return c.name == column; };
      if (std::any_of(columns.begin(), columns.end(), same))
        return wrong(fmt::format("column {} stands twice in @rows", column));
      columns.push_back({column, type == "text" ? ColumnType::text : ColumnType::bigint});
      skip_space();
      const char next = at_ < text_.size() ? text_[at_++] : '\0';
      if (next == ')') return columns;
      if (next != ',') return wrong("@rows(name type, ...) expected");
    }
  }

  void write_rows() {
    at_ = text_.find(')', at_) + 1;
    if (engine_ == Engine::sqlite) {
      std::string list;
      for (std::size_t i = 0; i < out_.columns.size(); ++i)
        list += fmt::format("{}c{} AS {}", i == 0 ? "" : ", ", i, out_.columns[i].name);
      out_.sql += fmt::format("(SELECT {} FROM row_set(:rows))", list);
      return;
    }
    // In the select list, not in FROM: there each array would fill a tuplestore of its own first,
    // which costs more than all rows of a usual batch.
    std::string list;
    for (std::size_t i = 0; i < out_.columns.size(); ++i)
      list += fmt::format("{}unnest(${}::{}[]) AS {}", i == 0 ? "" : ", ", i + 1,
                          type_name(out_.columns[i].type), out_.columns[i].name);
    out_.sql += fmt::format("(SELECT {})", list);
    if (!alias_follows()) out_.sql += " AS row_set";
  }

  Result<void> write_lock(std::string_view word, std::string_view how) {
    at_ += word.size();
    const std::string_view table = take_name();
    skip_space();
    if (table.empty() || at_ >= text_.size() || text_[at_++] != ')')
      return wrong(fmt::format("{}table) expected", word));
    if (engine_ == Engine::postgres) out_.sql += fmt::format("FOR UPDATE OF {}{}", table, how);
    return {};
  }

  bool alias_follows() const {
    std::size_t i = at_;
    while (i < text_.size() && is_space(text_[i])) ++i;
    const std::string_view rest = text_.substr(i);
    return rest.size() > 2 && (rest[0] == 'a' || rest[0] == 'A') &&
           (rest[1] == 's' || rest[1] == 'S') && is_space(rest[2]);
  }

  Result<void> write_parameter() {
    if (text_.substr(at_).starts_with("::")) {  // a cast
      out_.sql += "::";
      at_ += 2;
      return {};
    }
    if (at_ + 1 >= text_.size() || !starts_name(text_[at_ + 1])) {
      out_.sql += text_[at_++];
      return {};
    }
    ++at_;
    const std::string name(take_name());
    if (name == "rows") return wrong(":rows is the name of its set of rows");
    auto found = std::find(out_.parameters.begin(), out_.parameters.end(), name);
    if (found == out_.parameters.end()) found = out_.parameters.insert(out_.parameters.end(), name);
    if (engine_ == Engine::sqlite) {
      out_.sql += ":" + name;
    } else {
      const auto index = static_cast<std::size_t>(found - out_.parameters.begin());
      out_.sql += fmt::format("${}", out_.columns.size() + index + 1);
    }
    return {};
  }

  // Copies a literal, quoted name or comment that begins here.
  bool skip_opaque() {
    const std::string_view rest = text_.substr(at_);
    std::size_t length = 0;
    if (rest[0] == '\'' || rest[0] == '"') {
      length = rest.find(rest[0], 1);  // a doubled quote reads as two literals, copied alike
      length = length == std::string_view::npos ? rest.size() : length + 1;
    } else if (rest.starts_with("--")) {
      length = std::min(rest.find('\n'), rest.size());
    } else if (rest.starts_with("/*")) {
      length = rest.find("*/", 2);
      length = length == std::string_view::npos ? rest.size() : length + 2;
    }
    out_.sql += rest.substr(0, length);
    at_ += length;
    return length > 0;
  }

  void skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }
  std::string_view take_name() {
    skip_space();
    const std::size_t begin = at_;
    if (at_ < text_.size() && starts_name(text_[at_])) {
      while (at_ < text_.size() && in_name(text_[at_])) ++at_;
    }
    return text_.substr(begin, at_ - begin);
  }
  tl::unexpected<Error> wrong(std::string_view what) const {
    return fail(Code::invalid_argument, fmt::format("statement {}: {}", name_, what));
  }

  std::string_view name_;
  std::string_view text_;
  Engine engine_;
  std::size_t at_ = 0;
  Expanded out_;
};

}  // namespace

Result<Expanded> expand(const Statement& statement, Engine engine) {
  return Expander(statement, engine).run();
}

Result<void> check_values(const Rows& rows, const Expanded& expanded) {
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (std::size_t i = 0; i < rows.columns(); ++i) {
      const Value& value = rows.at(row, i);
      const Column& column = expanded.columns[i];
      const auto* text = std::get_if<std::string>(&value);
      if (value.index() != 0 && (text != nullptr) != (column.type == ColumnType::text))
        check(false, fmt::format("row {} has a {} in column {}, which is {}", row,
                                 text ? "text" : "number", column.name, type_name(column.type)));
      if (text != nullptr && !is_storable(*text))
        return fail(Code::invalid_argument,
                    fmt::format("a text for {} is not UTF-8 or holds a NUL", column.name));
    }
  }
  return {};
}

bool is_storable(std::string_view text) {
  return text.find('\0') == std::string_view::npos && is_utf8(text);
}

}  // namespace trayline::store
