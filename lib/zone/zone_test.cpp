#include "lib/zone/zone.hpp"

#include <gtest/gtest.h>

namespace trayline::zone {
namespace {

using std::chrono::hours;

Time begin(const char* zone, const char* day) {
  return Zone::find(zone)->begin_of(*parse_day(day));
}

TEST(Zone, IsFoundByItsName) {
  EXPECT_TRUE(Zone::find("Europe/Berlin"));
  EXPECT_FALSE(Zone::find("Europe/Atlantis"));
  EXPECT_FALSE(Zone::find(""));
}

TEST(Zone, ADayHasAsManyHoursAsItsClockShows) {
  EXPECT_EQ(begin("Europe/Berlin", "2026-07-02") - begin("Europe/Berlin", "2026-07-01"), hours(24));
  EXPECT_EQ(begin("Europe/Berlin", "2026-03-30") - begin("Europe/Berlin", "2026-03-29"), hours(23));
  EXPECT_EQ(begin("Europe/Berlin", "2026-10-26") - begin("Europe/Berlin", "2026-10-25"), hours(25));
  EXPECT_EQ(begin("UTC", "1970-01-02"), from_ms(86'400'000));
}

TEST(Zone, SaysWhichDayItIsThere) {
  const Time evening = begin("UTC", "2026-12-01") - hours(1);
  EXPECT_EQ(Zone::find("UTC")->day_of(evening), *parse_day("2026-11-30"));
  EXPECT_EQ(Zone::find("Europe/Berlin")->day_of(evening), *parse_day("2026-12-01"));
}

TEST(Zone, ATimeComesAgainOnTheNextDay) {
  const Zone berlin = *Zone::find("Europe/Berlin");
  const Time four = berlin.at(*parse_day("2026-11-30"), hours(4), Twice::first);
  EXPECT_EQ(berlin.next(four - Millis(1), hours(4)), four);
  EXPECT_EQ(berlin.next(four, hours(4)), four + hours(24));
  const Time skipped = berlin.next(begin("Europe/Berlin", "2026-03-29"), std::chrono::minutes(150));
  EXPECT_EQ(to_rfc3339(skipped), "2026-03-29T01:00:00.000Z") << "02:30 is skipped: the change";
}

TEST(Day, IsWrittenLikeItsDate) {
  EXPECT_TRUE(parse_day("2028-02-29"));
  for (const char* wrong : {"2026-02-29", "2026-13-01", "26-01-01", "2026/01/01", "2026-1-001",
                            "2026-01-0x", "", "2026-00-10"}) {
    EXPECT_FALSE(parse_day(wrong)) << wrong;
  }
}

TEST(TimeOfDay, IsWrittenLikeOnAClock) {
  EXPECT_EQ(parse_time("00:00"), std::chrono::minutes(0));
  EXPECT_EQ(parse_time("04:30"), std::chrono::minutes(270));
  EXPECT_EQ(parse_time("24:00"), hours(24));
  for (const char* wrong : {"24:01", "12:60", "4:30", "04.30", "04:3x", "", "-1:00"}) {
    EXPECT_FALSE(parse_time(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace trayline::zone
