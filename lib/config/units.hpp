// Durations and sizes as people write them: "30s", "256KiB". Members of these types in a
// configuration struct take such texts.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/json.hpp"
#include "lib/base/result.hpp"

namespace trayline::config {

// A whole number and one of ms, s, min, h, d; at most 10,000 days.
struct Duration {
  std::chrono::milliseconds value{0};
  auto operator<=>(const Duration&) const = default;
  static Result<Duration> parse(std::string_view text);
  std::string str() const;  // in the largest unit that is exact
};

// A whole number and one of B, KB, MB, GB, TB (powers of 1000), KiB, MiB, GiB, TiB (of 1024).
struct ByteSize {
  std::uint64_t bytes = 0;
  auto operator<=>(const ByteSize&) const = default;
  static Result<ByteSize> parse(std::string_view text);
  std::string str() const;
};

inline Json to_json_value(const Duration& duration) { return Json(duration.str()); }
inline Json to_json_value(const ByteSize& size) { return Json(size.str()); }

}  // namespace trayline::config
