// Fuzz target: any bytes as a configuration file. What reads, reads back from its own text.
#include <cstdint>

#include "lib/base/check.hpp"
#include "lib/config/document.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace config = trayline::config;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto document = config::parse_toml(text, "f");
  if (!document) return 0;
  const auto again = config::parse_toml(config::to_toml(document->values), "f");
  trayline::check(again.has_value(), "printed values are TOML");
  trayline::check(again->values.dump() == document->values.dump(), "and the same values");
  return 0;
}
