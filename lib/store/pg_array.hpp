// Values in PostgreSQL's binary format: a column of Rows as one array. Pure; knows no connection.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/result.hpp"
#include "lib/store/rows.hpp"

namespace trayline::store {

// Object ids of the types that we speak (pg_type.dat).
inline constexpr unsigned kBool = 16, kInt8 = 20, kInt2 = 21, kInt4 = 23, kText = 25;
inline constexpr unsigned kTextArray = 1009, kInt8Array = 1016;

// One column as text[] or bigint[] (array_send in arrayfuncs.c), NULLs included, into out, which
// keeps its room. invalid_argument where a text is not storable; a value of the wrong type fails a
// check().
Result<void> to_array(const Rows& rows, const Expanded& expanded, std::size_t column,
                      std::string& out);
// A big-endian integer of 1, 2, 4 or 8 bytes, sign-extended; a check() fails for other lengths.
std::int64_t from_binary(std::string_view bytes);

}  // namespace trayline::store
