// Whole numbers with a unit.
#include "lib/config/units.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <span>

namespace trayline::config {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};
// From the smallest to the largest.
constexpr Unit kDurations[] = {
    {"ms", 1}, {"s", 1000}, {"min", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
constexpr Unit kSizes[] = {{"B", 1},
                           {"KB", 1000},
                           {"KiB", 1ULL << 10},
                           {"MB", 1'000'000},
                           {"MiB", 1ULL << 20},
                           {"GB", 1'000'000'000},
                           {"GiB", 1ULL << 30},
                           {"TB", 1'000'000'000'000},
                           {"TiB", 1ULL << 40}};
constexpr std::uint64_t kDurationMax = 10'000ULL * 86'400'000;
constexpr std::uint64_t kSizeMax = INT64_MAX;

Result<std::uint64_t> parse_with(std::string_view text, std::span<const Unit> units,
                                 std::uint64_t max) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  const bool has_number = error != std::errc::invalid_argument;
  for (const Unit& u : units) {
    if (!has_number || u.name != unit) continue;
    if (error == std::errc::result_out_of_range || number > max / u.factor)
      return fail(Code::invalid_argument, fmt::format("\"{}\" is too large", text));
    return number * u.factor;
  }
  std::string names;
  for (const Unit& u : units) names += fmt::format(" {}", u.name);
  return fail(
      Code::invalid_argument,
      fmt::format("expected a whole number with one of{}, such as \"30{}\"", names, units[1].name));
}

std::string text_with(std::uint64_t value, std::span<const Unit> units) {
  const Unit* best = &units[0];
  for (const Unit& u : units) {
    if (value % u.factor == 0 && value != 0) best = &u;
  }
  return fmt::format("{}{}", value / best->factor, best->name);
}

}  // namespace

Result<Duration> Duration::parse(std::string_view text) {
  const auto ms = parse_with(text, kDurations, kDurationMax);
  if (!ms) return fail(ms.error());
  return Duration{std::chrono::milliseconds(static_cast<std::int64_t>(*ms))};
}
std::string Duration::str() const {
  return text_with(static_cast<std::uint64_t>(value.count()), kDurations);
}

Result<ByteSize> ByteSize::parse(std::string_view text) {
  const auto bytes = parse_with(text, kSizes, kSizeMax);
  if (!bytes) return fail(bytes.error());
  return ByteSize{*bytes};
}
std::string ByteSize::str() const { return text_with(bytes, kSizes); }

}  // namespace trayline::config
