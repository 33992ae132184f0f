// Values on their way into and out of statements: sets of rows, arguments, answers.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace trayline::store {

using Value = std::variant<std::monostate, std::int64_t, std::string>;

// A set of rows is one parameter: the text says
//   INSERT INTO orders_lines (order_id, sku, quantity)
//   SELECT order_id, sku, quantity FROM @rows(order_id text, sku text, quantity bigint) AS r
// and the caller gives Rows of as many columns. SQLite gets a table that reads them in place,
// PostgreSQL unnest over one array per column. A statement has one @rows(...) text, several times
// where it needs to. Row-major; every row has as many values as the text has columns.
class Rows {
 public:
  explicit Rows(std::size_t columns) : columns_(columns) {}
  template <class... V>
  void add(V&&... values) {
    (values_.emplace_back(to_value(std::forward<V>(values))), ...);
    check_row(sizeof...(V));
  }
  void add_row(std::vector<Value> values);
  std::size_t size() const { return columns_ == 0 ? 0 : values_.size() / columns_; }
  bool empty() const { return values_.empty(); }
  std::size_t columns() const { return columns_; }
  const Value& at(std::size_t row, std::size_t column) const {
    return values_[row * columns_ + column];
  }

 private:
  static Value to_value(Value v) { return v; }
  static Value to_value(std::string v) { return Value(std::move(v)); }
  static Value to_value(std::string_view v) { return Value(std::string(v)); }
  static Value to_value(const char* v) { return Value(std::string(v)); }
  template <class T>
  requires std::is_integral_v<T>
  static Value to_value(T v) { return Value(static_cast<std::int64_t>(v)); }
  template <class T>
  static Value to_value(const std::optional<T>& v) {
    return v ? to_value(*v) : Value();
  }
  void check_row(std::size_t values) const;

  std::size_t columns_;
  std::vector<Value> values_;
};

using Args = std::map<std::string_view, Value>;  // by name, without the colon

// One row of an answer, by the names of its columns.
class Row {
 public:
  Row(std::shared_ptr<const std::vector<std::string>> names, std::vector<Value> values)
      : names_(std::move(names)), values_(std::move(values)) {}
  // check() fails for an unknown column or one of the other type; NULL reads as "" or 0.
  const std::string& text(std::string_view column) const;
  std::int64_t integer(std::string_view column) const;
  bool is_null(std::string_view column) const;
  std::optional<std::string> optional_text(std::string_view column) const;
  std::optional<std::int64_t> optional_integer(std::string_view column) const;

 private:
  const Value& value(std::string_view column) const;
  std::shared_ptr<const std::vector<std::string>> names_;
  std::vector<Value> values_;
};
using Answer = std::vector<Row>;

}  // namespace trayline::store
