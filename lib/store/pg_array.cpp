#include "lib/store/pg_array.hpp"

#include <fmt/format.h>

#include "lib/base/check.hpp"

namespace trayline::store {
namespace {

template <class T>
void append(std::string& out, T value) {
  for (int shift = static_cast<int>(sizeof(T)) * 8 - 8; shift >= 0; shift -= 8)
    out += static_cast<char>(static_cast<std::uint64_t>(value) >> shift & 0xff);
}

}  // namespace

Result<void> to_array(const Rows& rows, const Expanded& expanded, std::size_t column,
                      std::string& out) {
  const Column& shape = expanded.columns[column];
  const bool texts = shape.type == ColumnType::text;
  out.clear();
  append<std::int32_t>(out, rows.empty() ? 0 : 1);  // dimensions
  append<std::int32_t>(out, 0);                     // whether a NULL is among them; not looked at
  append<std::uint32_t>(out, texts ? kText : kInt8);
  if (rows.empty()) return {};
  append<std::int32_t>(out, static_cast<std::int32_t>(rows.size()));
  append<std::int32_t>(out, 1);  // the first index
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const Value& value = rows.at(row, column);
    if (value.index() == 0) {
      append<std::int32_t>(out, -1);
      continue;
    }
    const auto* text = std::get_if<std::string>(&value);
    if (texts != (text != nullptr))
      check(false, fmt::format("row {} has a {} in column {}, which is {}", row,
                               texts ? "number" : "text", shape.name, texts ? "text" : "bigint"));
    if (text == nullptr) {
      append<std::int32_t>(out, sizeof(std::int64_t));
      append(out, std::get<std::int64_t>(value));
      continue;
    }
    if (!is_storable(*text))
      return fail(Code::invalid_argument,
                  fmt::format("a text for {} is not UTF-8 or holds a NUL", shape.name));
    append(out, static_cast<std::int32_t>(text->size()));
    out += *text;
  }
  return {};
}

std::int64_t from_binary(std::string_view bytes) {
  const std::size_t size = bytes.size();
  check(size == 1 || size == 2 || size == 4 || size == 8, "an integer of an odd length");
  std::uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  const unsigned unused = 64 - 8 * static_cast<unsigned>(size);
  return static_cast<std::int64_t>(value << unused) >> unused;
}

}  // namespace trayline::store
