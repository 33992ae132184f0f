// Opening hours by the clock on the wall: nights, closed days, the two days when clocks change.
#include "cloud/catalogue/hours.hpp"

#include <gtest/gtest.h>

namespace trayline::catalogue {
namespace {

using namespace std::chrono;
using wire::catalogue::Day;
using wire::catalogue::Hours;

// A time in UTC.
Time utc(int y, unsigned m, unsigned d, int h, int min = 0) {
  return sys_days(year_month_day(year(y), month(m), day(d))) + hours(h) + minutes(min);
}

Hours berlin(std::vector<wire::catalogue::Opening> openings, std::vector<std::string> closed = {}) {
  return {"Europe/Berlin", std::move(openings), std::move(closed)};
}

struct Case {
  const char* what;
  Hours hours;
  Time now;
  bool open;
  std::optional<Time> opens;
};

void expect(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    const Openness is = openness(c.hours, c.now);
    EXPECT_EQ(is.open, c.open) << c.what;
    EXPECT_EQ(is.opens, c.opens) << c.what << ": " << (is.opens ? to_rfc3339(*is.opens) : "never");
  }
}

TEST(Hours, OpenAndCloseByTheClockOfTheSite) {
  // 2026-01-05 is a Monday; Berlin is an hour ahead of UTC in winter.
  const Hours lunch = berlin({{Day::mon, "11:00", "14:00"}, {Day::tue, "11:00", "14:00"}});
  expect({{"before", lunch, utc(2026, 1, 5, 9, 59), false, utc(2026, 1, 5, 10)},
          {"at the first moment", lunch, utc(2026, 1, 5, 10), true, {}},
          {"within", lunch, utc(2026, 1, 5, 12), true, {}},
          {"at the end", lunch, utc(2026, 1, 5, 13), false, utc(2026, 1, 6, 10)},
          {"over the weekend", lunch, utc(2026, 1, 9, 12), false, utc(2026, 1, 12, 10)},
          {"in summer, two hours ahead", lunch, utc(2026, 7, 6, 9), true, {}},
          {"without hours", {}, utc(2026, 1, 5, 3), true, {}}});
}

TEST(Hours, RunOverMidnight) {
  const Hours night = berlin({{Day::fri, "20:00", "02:00"}, {Day::sat, "00:00", "00:00"}});
  expect({{"late on Friday", night, utc(2026, 1, 9, 22), true, {}},
          {"early on Saturday", night, utc(2026, 1, 10, 0, 30), true, {}},
          {"all of Saturday", night, utc(2026, 1, 10, 22, 59), true, {}},
          {"Sunday", night, utc(2026, 1, 10, 23), false, utc(2026, 1, 16, 19)}});
}

TEST(Hours, KnowClosedDays) {
  const Hours shut =
      berlin({{Day::mon, "20:00", "02:00"}, {Day::tue, "11:00", "14:00"}}, {"2026-01-06"});
  expect({{"the night before goes on", shut, utc(2026, 1, 6, 0), true, {}},
          {"the closed day", shut, utc(2026, 1, 6, 11), false, utc(2026, 1, 12, 19)},
          {"a closed day of a site that is always open",
           {"UTC", {}, {"2026-01-06"}},
           utc(2026, 1, 6, 11),
           false,
           utc(2026, 1, 7, 0)}});
  std::vector<std::string> long_closed;
  for (int i = 0; i < 120; ++i) {
    const year_month_day date{sys_days(year(2026) / 1 / 1) + days(i)};
    char text[16];
    std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    long_closed.emplace_back(text);
  }
  expect({{"longer than anybody looks ahead",
           {"UTC", {}, long_closed},
           utc(2026, 1, 2, 0),
           false,
           std::nullopt}});
}

TEST(Hours, SurviveTheDaysOnWhichClocksChange) {
  // Berlin 2026: 02:00 becomes 03:00 on 29 March, 03:00 becomes 02:00 on 25 October; both Sundays.
  const Hours early = berlin({{Day::sun, "02:30", "10:00"}});
  const Hours until = berlin({{Day::sun, "00:00", "02:30"}});
  expect({{"the skipped time is the change", early, utc(2026, 3, 29, 0, 59), false,
           utc(2026, 3, 29, 1)},
          {"after it", early, utc(2026, 3, 29, 1), true, {}},
          {"ten o'clock is in summer time", early, utc(2026, 3, 29, 7, 59), true, {}},
          {"closed at ten", early, utc(2026, 3, 29, 8), false, utc(2026, 4, 5, 0, 30)},
          {"opens at the first half past two", early, utc(2026, 10, 25, 0, 30), true, {}},
          {"closes at the second", until, utc(2026, 10, 25, 1, 29), true, {}},
          {"and not later", until, utc(2026, 10, 25, 1, 30), false, utc(2026, 10, 31, 23)}});
}

TEST(Hours, NameWhatIsWrong) {
  const std::pair<Hours, std::string> cases[] = {
      {{"Moon/Crater", {}, {}}, "/time_zone"},
      {{"", {}, {}}, "/time_zone"},
      {berlin({{Day::mon, "24:00", "24:00"}}), "/openings/0/open"},
      {berlin({{Day::mon, "9:00", "14:00"}}), "/openings/0/open"},
      {berlin({{Day::mon, "09:60", "14:00"}}), "/openings/0/open"},
      {berlin({{Day::mon, "09:00", "24:01"}}), "/openings/0/close"},
      {berlin({{Day::mon, "09:00", ""}}), "/openings/0/close"},
      {berlin({}, {"2026-02-29"}), "/closed/0"},
      {berlin({}, {"29.02.2028"}), "/closed/0"},
  };
  for (const auto& [hours, pointer] : cases) {
    const auto wrong = problems_of(hours, "");
    ASSERT_EQ(wrong.size(), 1U) << pointer;
    EXPECT_EQ(wrong[0].pointer, pointer);
  }
  EXPECT_TRUE(problems_of(berlin({{Day::mon, "00:00", "24:00"}}, {"2028-02-29"}), "").empty());
}

}  // namespace
}  // namespace trayline::catalogue
