#include "edge/screen/board.hpp"

#include <gtest/gtest.h>

namespace trayline::screen {
namespace {

class Screens : public testing::Test {
 protected:
  static wire::ScreenState state(std::int64_t version, const std::string& screen = "main") {
    wire::ScreenState s;
    s.screen = ScreenId(screen);
    s.version = version;
    s.status = "paid";
    return s;
  }
  std::string report() const { return to_json_text(boards.report("c1", "main")); }
  Boards boards{{"main", "side"}};
  Time now = from_ms(1000);
};

TEST_F(Screens, ShowsTheHighestVersionAndReportsEveryState) {
  EXPECT_EQ(boards.take(state(5), now), (Effects{.show = true, .report = true, .keep = true}));
  EXPECT_EQ(boards.take(state(5), now), (Effects{.report = true}));
  EXPECT_EQ(boards.take(state(4), now), (Effects{.report = true})) << "a lower version was shown";
  EXPECT_EQ(boards.find("main")->state->version, 5);
  EXPECT_FALSE(boards.find("side")->state);
}

TEST_F(Screens, ARepeatedStateIsFreshAgain) {
  boards.take(state(5), now);
  boards.take(state(5), from_ms(9000));
  EXPECT_EQ(boards.find("main")->received_ms, 9000);
}

TEST_F(Screens, CheckingIsFreshForAWhileAndEverythingElseForAsLongAsItStands) {
  const auto fresh_after = [&](std::int64_t ms) -> std::int64_t {
    const Time then = now + Millis(ms);
    const std::optional<Millis> fresh = fresh_for(*boards.find("main"), then);
    const Json told = snapshot(*boards.find("main"), true, then);
    EXPECT_EQ(told.at("fresh_ms")->dump(), fresh ? std::to_string(fresh->count()) : "null");
    return fresh ? fresh->count() : -1;
  };
  EXPECT_EQ(fresh_after(0), -1) << "there is no state";
  boards.take(state(5), now);
  EXPECT_EQ(fresh_after(3'600'000), -1) << "paid stays paid";
  wire::ScreenState checking = state(6);
  checking.status = "checking";
  boards.take(checking, now);
  EXPECT_EQ(fresh_after(0), 15'000);
  EXPECT_EQ(fresh_after(14'999), 1);
  EXPECT_EQ(fresh_after(15'000), 0);
  EXPECT_EQ(fresh_after(3'600'000), 0);
  EXPECT_EQ(fresh_after(-3'600'000), 15'000) << "the clock was set back";
  EXPECT_TRUE(boards.take(checking, now + Millis(20'000))->show) << "the pages must hear of news";
  EXPECT_EQ(fresh_after(20'000), 15'000);
}

TEST_F(Screens, NothingIsPaintedWithoutAPage) {
  boards.take(state(5), now);
  boards.paint("main", 5);
  EXPECT_EQ(report(), R"({"core":"c1","screen":"main","pages":0,"start":false})");
  boards.page_opened("main");
  EXPECT_EQ(report(), R"({"core":"c1","screen":"main","pages":1,"start":false})");
  boards.paint("main", 5);
  EXPECT_EQ(report(), R"({"core":"c1","screen":"main","painted":5,"pages":1,"start":false})");
  boards.page_closed("main");
  EXPECT_EQ(report(), R"({"core":"c1","screen":"main","pages":0,"start":false})");
}

TEST_F(Screens, PaintedGoesUpOnlyAndNeverBeyondWhatWasShown) {
  boards.take(state(5), now);
  boards.page_opened("main");
  boards.paint("main", 5);
  boards.paint("main", 3);
  EXPECT_EQ(boards.report("c1", "main").painted, 5);
  boards.paint("main", 99);
  EXPECT_EQ(boards.report("c1", "main").painted, 5) << "a version that nobody has seen";
}

TEST_F(Screens, AsksForThePresentStateUntilOneHasCome) {
  EXPECT_TRUE(boards.report("c1", "main").start);
  boards.page_opened("main");
  EXPECT_TRUE(boards.report("c1", "main").start);
  boards.take(state(1), now);
  EXPECT_FALSE(boards.report("c1", "main").start);
  Boards after({"main"});
  after.from_file(boards.to_file());
  EXPECT_TRUE(after.report("c1", "main").start) << "what is on disk may be old";
}

TEST_F(Screens, AnotherScreensNameIsRefused) {
  EXPECT_EQ(boards.take(state(1, "nobody"), now).error().code, Code::not_found);
  EXPECT_FALSE(boards.paint("nobody", 1));
  EXPECT_FALSE(boards.page_opened("nobody"));
}

TEST_F(Screens, AFileKeepsTheLastKnownStateWithItsAge) {
  boards.take(state(7), now);
  Boards after({"main", "side"});
  after.from_file(boards.to_file());
  EXPECT_EQ(after.find("main")->state, boards.find("main")->state);
  EXPECT_EQ(after.find("main")->received_ms, 1000);
  for (const char* broken :
       {"[]", "{}", R"({"main":1})", R"({"main":{"state":{"version":"x"}}})"}) {
    Boards other({"main"});
    other.from_file(parse_json(broken).value());
    EXPECT_FALSE(other.find("main")->state) << broken;
  }
}

}  // namespace
}  // namespace trayline::screen
