// The time on the wall of a place, by the system's tz database. Values; any thread.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/clock.hpp"

namespace trayline::zone {

using Day = std::chrono::local_days;

// Which one, of a time that the clock shows twice. One that it skips is the moment of the change.
enum class Twice { first, second };

class Zone {
 public:
  // name: as in the tz database, "Europe/Berlin". None where it has no such name, or is not there.
  static std::optional<Zone> find(std::string_view name);
  Day day_of(Time time) const;
  // time: since midnight, 24 h and more belong to the days after.
  Time at(Day day, std::chrono::minutes time, Twice which) const;
  Time begin_of(Day day) const { return at(day, std::chrono::minutes(0), Twice::first); }
  // The first time after now at which the clock shows this.
  Time next(Time now, std::chrono::minutes time) const;

 private:
  explicit Zone(const void* zone) : zone_(zone) {}
  const void* zone_;  // of the tz library, which keeps it
};

// "2026-11-30"; none for what is written otherwise or is no day.
std::optional<Day> parse_day(std::string_view text);
// "04:30" as the time since midnight, "24:00" at most; none for what is written otherwise.
std::optional<std::chrono::minutes> parse_time(std::string_view text);

}  // namespace trayline::zone
