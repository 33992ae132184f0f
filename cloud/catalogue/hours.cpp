#include "cloud/catalogue/hours.hpp"

#include <algorithm>

#include "lib/zone/zone.hpp"

namespace trayline::catalogue {
namespace {

using std::chrono::minutes;
using wire::catalogue::Day;
using wire::catalogue::Hours;
using wire::catalogue::Opening;

constexpr minutes kDay{24 * 60};

Day weekday_of(zone::Day day) {
  return static_cast<Day>(std::chrono::weekday(day).iso_encoding() - 1);
}

std::vector<Opening> openings_of(const Hours& hours) {
  if (!hours.openings.empty()) return hours.openings;
  std::vector<Opening> always;
  for (const auto& [day, name] : enum_names(Day{})) always.push_back({day, "00:00", "24:00"});
  return always;
}

}  // namespace

Openness openness(const Hours& hours, Time now) {
  if (hours.openings.empty() && hours.closed.empty()) return {};
  const auto there = zone::Zone::find(hours.time_zone);
  if (!there) return {false, std::nullopt};
  const zone::Day today = there->day_of(now);
  const std::vector<Opening> openings = openings_of(hours);
  std::vector<zone::Day> closed;
  for (const std::string& text : hours.closed) {
    if (const auto day = zone::parse_day(text)) closed.push_back(*day);
  }
  Openness next{false, std::nullopt};
  // Since yesterday, which may end after midnight.
  for (int offset = -1; offset <= kLookAheadDays; ++offset) {
    const zone::Day day = today + std::chrono::days(offset);
    if (std::find(closed.begin(), closed.end(), day) != closed.end()) continue;
    for (const Opening& opening : openings) {
      const auto open = zone::parse_time(opening.open);
      const auto close = zone::parse_time(opening.close);
      if (opening.day != weekday_of(day) || !open || !close) continue;
      const Time from = there->at(day, *open, zone::Twice::first);
      const minutes end = *close > *open ? *close : *close + kDay;
      const Time until = there->at(day, end, zone::Twice::second);
      if (from <= now && now < until) return {};
      if (from > now && (!next.opens || from < *next.opens)) next.opens = from;
    }
    if (next.opens && offset >= 0) break;
  }
  return next;
}

std::vector<JsonProblem> problems_of(const Hours& hours, std::string_view at) {
  std::vector<JsonProblem> errors;
  const auto wrong = [&](const std::string& where, const std::string& what) {
    errors.push_back({std::string(at) + where, what});
  };
  if (!zone::Zone::find(hours.time_zone)) {
    wrong("/time_zone", "is no name of the tz database, such as Europe/Berlin");
  }
  if (hours.openings.size() > kOpeningsMax) wrong("/openings", "more than 50 of them");
  if (hours.closed.size() > kClosedMax) wrong("/closed", "more than 400 of them");
  for (std::size_t i = 0; i < hours.openings.size() && i < kOpeningsMax; ++i) {
    const std::string here = "/openings/" + std::to_string(i);
    const auto open = zone::parse_time(hours.openings[i].open);
    if (!open || *open == kDay) wrong(here + "/open", "expected HH:MM, 00:00 to 23:59");
    if (!zone::parse_time(hours.openings[i].close)) {
      wrong(here + "/close", "expected HH:MM, 00:00 to 24:00");
    }
  }
  for (std::size_t i = 0; i < hours.closed.size() && i < kClosedMax; ++i) {
    if (!zone::parse_day(hours.closed[i]))
      wrong("/closed/" + std::to_string(i), "expected YYYY-MM-DD");
  }
  return errors;
}

}  // namespace trayline::catalogue
