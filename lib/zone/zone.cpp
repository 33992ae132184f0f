// The only place that sees the tz library (https://github.com/HowardHinnant/date).
#include "lib/zone/zone.hpp"

#include <date/tz.h>

#include <stdexcept>

namespace trayline::zone {
namespace {

const date::time_zone& zone_of(const void* zone) {
  return *static_cast<const date::time_zone*>(zone);
}

std::optional<int> digits(std::string_view text) {
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace

std::optional<Zone> Zone::find(std::string_view name) {
  try {
    return Zone(date::locate_zone(std::string(name)));
  } catch (const std::runtime_error&) {  // an unknown name, or no database
    return std::nullopt;
  }
}

Day Zone::day_of(Time time) const {
  const auto day = date::floor<date::days>(zone_of(zone_).to_local(time));
  return Day(std::chrono::days(day.time_since_epoch().count()));
}

Time Zone::at(Day day, std::chrono::minutes time, Twice which) const {
  const date::local_days there(date::days(day.time_since_epoch().count()));
  const auto choice = which == Twice::first ? date::choose::earliest : date::choose::latest;
  return std::chrono::time_point_cast<Millis>(zone_of(zone_).to_sys(there + time, choice));
}

Time Zone::next(Time now, std::chrono::minutes time) const {
  Day day = day_of(now);
  while (at(day, time, Twice::first) <= now) day += std::chrono::days(1);
  return at(day, time, Twice::first);
}

std::optional<Day> parse_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = digits(text.substr(0, 4));
  const auto month = digits(text.substr(5, 2));
  const auto day = digits(text.substr(8));
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  return date.ok() ? std::optional(Day(date)) : std::nullopt;
}

std::optional<std::chrono::minutes> parse_time(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto hour = digits(text.substr(0, 2));
  const auto minute = digits(text.substr(3));
  if (!hour || !minute || *minute > 59) return std::nullopt;
  const std::chrono::minutes time(*hour * 60 + *minute);
  return time <= std::chrono::hours(24) ? std::optional(time) : std::nullopt;
}

}  // namespace trayline::zone
