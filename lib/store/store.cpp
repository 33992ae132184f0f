// Rows and Row: values on their way into and out of statements.
#include "lib/store/store.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "lib/base/check.hpp"

namespace trayline::store {
namespace {

const std::string kNoText;

}  // namespace

Error came_second(std::string_view statement) {
  return {Code::conflict, fmt::format("{}: another host changed a row first", statement)};
}

Result<void> Session::write(const Statement& statement, const Rows& rows, const Args& args) {
  if (rows.empty()) return {};
  const Result<Answer> answer = run(statement, rows, args);
  if (!answer) return fail(answer.error());
  return {};
}

Result<void> Session::change(const Statement& statement, const Rows& rows, const Args& args) {
  if (rows.empty()) return {};
  const Result<Answer> answer = run(statement, rows, args);
  if (!answer) return fail(answer.error());
  if (answer->size() != rows.size()) return fail(came_second(statement.name));
  return {};
}

Result<void> Session::lock(std::vector<std::string>) { return {}; }

void Rows::check_row(std::size_t values) const {
  if (values != columns_)
    check(false, fmt::format("a row of {} values for {} columns", values, columns_));
}

void Rows::add_row(std::vector<Value> values) {
  check_row(values.size());
  for (Value& value : values) values_.push_back(std::move(value));
}

const Value& Row::value(std::string_view column) const {
  const auto found = std::find(names_->begin(), names_->end(), column);
  if (found == names_->end()) check(false, fmt::format("the answer has no column {}", column));
  return values_[static_cast<std::size_t>(found - names_->begin())];
}

const std::string& Row::text(std::string_view column) const {
  const Value& v = value(column);
  if (std::holds_alternative<std::int64_t>(v))
    check(false, fmt::format("column {} is a number, not a text", column));
  const auto* text = std::get_if<std::string>(&v);
  return text == nullptr ? kNoText : *text;
}

std::int64_t Row::integer(std::string_view column) const {
  const Value& v = value(column);
  if (std::holds_alternative<std::string>(v))
    check(false, fmt::format("column {} is a text, not a number", column));
  const auto* number = std::get_if<std::int64_t>(&v);
  return number == nullptr ? 0 : *number;
}

bool Row::is_null(std::string_view column) const {
  return std::holds_alternative<std::monostate>(value(column));
}

std::optional<std::string> Row::optional_text(std::string_view column) const {
  return is_null(column) ? std::nullopt : std::optional(text(column));
}

std::optional<std::int64_t> Row::optional_integer(std::string_view column) const {
  return is_null(column) ? std::nullopt : std::optional(integer(column));
}

}  // namespace trayline::store
