// A configuration file as values that know where they stand. Reads TOML 1.0; knows no setting.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "lib/base/json.hpp"
#include "lib/base/result.hpp"

namespace trayline::config {

// Counted from 1; columns in bytes.
struct Position {
  unsigned line = 1;
  unsigned column = 1;
  auto operator<=>(const Position&) const = default;
};

struct Document {
  std::string name;                         // of the file, for messages
  Json values = Json(Json::Object());       // tables, arrays, texts, numbers, booleans
  std::map<std::string, Position> keys;     // where the key stands, by pointer ("/menu/0/sku")
  std::map<std::string, Position> entries;  // where its value begins
};

// Larger files are refused.
inline constexpr std::size_t kFileBytesMax = 1 << 20;

// invalid_argument "store.toml:3:7: what is wrong"; not_found and unavailable name the path. Dates,
// times, inf and nan are refused: a setting that needs one takes a text.
Result<Document> parse_toml(std::string_view text, std::string_view file_name);
Result<Document> load_toml(const std::string& path);

// The object as TOML that parse_toml reads back to the same values; null members are left out.
std::string to_toml(const Json& object);

}  // namespace trayline::config
