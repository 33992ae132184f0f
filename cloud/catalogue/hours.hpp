// When a site sells, by the clock on its wall: days over midnight, closed dates, and the two days a
// year on which clocks are changed. Pure but for the system's tz database.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "lib/base/clock.hpp"
#include "lib/base/describe.hpp"
#include "lib/wire/catalogue.hpp"

namespace trayline::catalogue {

// Bounds on a site's hours.
inline constexpr std::size_t kOpeningsMax = 50;
inline constexpr std::size_t kClosedMax = 400;
// How far ahead the next opening is looked for.
inline constexpr int kLookAheadDays = 60;

struct Openness {
  bool open = true;
  std::optional<Time> opens;  // of a closed site: the next time within kLookAheadDays
  bool operator==(const Openness&) const = default;
};

// hours must be without errors. A time that the clock skips is the moment of the change; of a time
// that it shows twice opening is at the first and closing at the second.
Openness openness(const wire::catalogue::Hours& hours, Time now);

// What is wrong with them: unknown zone, times that are none, dates that are none; pointers begin
// with at. Empty when all is well.
std::vector<JsonProblem> problems_of(const wire::catalogue::Hours& hours, std::string_view at);

}  // namespace trayline::catalogue
