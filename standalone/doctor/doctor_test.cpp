// What findings mean, and that every finding which is not well says what to do.
#include "standalone/doctor/doctor.hpp"

#include <gtest/gtest.h>

#include <set>

#include "standalone/doctor/judge.hpp"

namespace trayline::doctor {
namespace {

using std::chrono::days;
using std::chrono::hours;

const Time kNow = from_ms(1'800'000'000'000);

void expect_advice(const Line& line) {
  EXPECT_EQ(line.todo.empty(), line.level == Level::ok) << line.what << ": " << line.found;
}

TEST(Doctor, ACertificateIsJudgedByTheDaysThatAreLeft) {
  const struct {
    Millis begin, end;
    Level level;
    const char* says;
  } cases[] = {
      {days(-1), days(90), Level::ok, "90 days left"},
      {days(-1), days(kDaysWarn), Level::ok, "21 days left"},
      {days(-1), days(kDaysWarn) - hours(1), Level::warn, "20 days left"},
      {days(-1), hours(30), Level::warn, "1 day left"},
      {days(-1), hours(1), Level::warn, "0 days left"},
      {days(-9), hours(0), Level::bad, "has ended"},
      {days(-9), days(-1), Level::bad, "has ended"},
      {hours(1), days(90), Level::bad, "not valid yet"},
  };
  for (const auto& c : cases) {
    const Line line = judge_certificate({"cert.pem", "cn", kNow + c.begin, kNow + c.end}, kNow);
    EXPECT_EQ(line.level, c.level) << c.says;
    EXPECT_NE(line.found.find(c.says), std::string::npos) << line.found;
    expect_advice(line);
  }
}

TEST(Doctor, ATakenPortIsNoTroubleWhereTheStoreItselfHasIt) {
  EXPECT_EQ(judge_port({8080, "api", false, false}).level, Level::ok);
  EXPECT_EQ(judge_port({8080, "api", true, true}).level, Level::ok);
  const Line taken = judge_port({8080, "api", true, false});
  EXPECT_EQ(taken.level, Level::warn);
  EXPECT_NE(taken.todo.find("8080"), std::string::npos) << taken.todo;
}

TEST(Doctor, AFullDiskIsBadBeforeItIsFull) {
  EXPECT_EQ(judge_disk("/", kDiskWarnBytes).level, Level::ok);
  EXPECT_EQ(judge_disk("/", kDiskWarnBytes - 1).level, Level::warn);
  EXPECT_EQ(judge_disk("/", kDiskBadBytes - 1).level, Level::bad);
  expect_advice(judge_disk("/", 0));
}

TEST(Doctor, BooksThatDoNotAgreeAreBadAndSayWhatToDo) {
  const auto levels = [](const BooksSeen& books) {
    std::vector<Level> all;
    for (const Line& line : judge_books(books, kNow)) {
      expect_advice(line);
      all.push_back(line.level);
    }
    return all;
  };
  using enum Level;
  using Levels = std::vector<Level>;
  EXPECT_EQ(levels({"cloud.toml", "", 3, std::nullopt, {}}), (Levels{ok, ok, ok}));
  EXPECT_EQ(levels({"cloud.toml", "", 0, 0, kNow - hours(3)}), (Levels{ok, ok, ok}));
  EXPECT_EQ(levels({"cloud.toml", "", 0, 0, kNow - hours(50)}), (Levels{ok, warn, ok}));
  EXPECT_EQ(levels({"cloud.toml", "a chain broke", 0, 2, kNow}), (Levels{bad, bad, ok}));
}

TEST(Doctor, LimitsHaveNamesOfTheirOwnAndValues) {
  std::set<std::string> names;
  for (const Limit& limit : limits()) {
    EXPECT_TRUE(names.insert(limit.name).second) << limit.name << " is there twice";
    EXPECT_GT(limit.value, 0) << limit.name;
  }
  EXPECT_TRUE(names.contains("host.queue_max"));
}

TEST(Doctor, AStateFolderThatIsNotThereIsNamed) {
  const Report report = examine("/nowhere/trayline", "/nowhere/state", SystemClock());
  bool programs_missing = false;
  for (const Line& line : report.lines) {
    expect_advice(line);
    if (line.section == "state") {
      EXPECT_EQ(line.level, Level::warn) << line.found;
      EXPECT_NE(line.found.find("no such folder"), std::string::npos) << line.found;
    }
    programs_missing = programs_missing || (line.section == "programs" && line.level == Level::bad);
  }
  EXPECT_TRUE(programs_missing) << "programs that are not beside ours are missing";
  EXPECT_FALSE(report.ok());
}

}  // namespace
}  // namespace trayline::doctor
