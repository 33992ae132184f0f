// Visits: when they begin and end, over restarts and on a damaged disk.
#include "edge/camera/watch.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace trayline::camera {
namespace {

namespace fs = std::filesystem;
using vision::SettleEvent;

Observed seen(SettleEvent event, const char* fresh = "new", std::int64_t time = 0) {
  return {event, false, time, fresh};
}
Observed quiet(std::int64_t time) { return {SettleEvent::none, true, time, "new"}; }

TEST(Watch, OneVisitFromEmptyToEmpty) {
  Watch watch;
  const WatchStep arrived = step(watch, seen(SettleEvent::arrived, "v1"));
  EXPECT_TRUE(arrived.new_visit && arrived.visit_changed && !arrived.predict);
  EXPECT_TRUE(step(watch, seen(SettleEvent::settled)).predict);
  EXPECT_FALSE(step(watch, seen(SettleEvent::changed)).visit_changed);
  EXPECT_TRUE(step(watch, seen(SettleEvent::settled)).predict);
  EXPECT_EQ(watch.visit->id, "v1") << "a changed tray is the same visit";
  const WatchStep emptied = step(watch, seen(SettleEvent::emptied));
  EXPECT_TRUE(emptied.visit_changed);
  EXPECT_FALSE(watch.visit);
  step(watch, seen(SettleEvent::arrived, "v2"));
  EXPECT_EQ(watch.visit->id, "v2");
}

TEST(Watch, AVisitOutlivesARestartAndIsUncertain) {
  Watch watch = resumed(Visit{"v1", 3, "ref", false});
  EXPECT_FALSE(step(watch, seen(SettleEvent::arrived)).new_visit);
  EXPECT_TRUE(step(watch, seen(SettleEvent::settled)).predict);
  EXPECT_EQ(watch.visit->id, "v1");
  EXPECT_TRUE(watch.visit->uncertain);
}

TEST(Watch, AVisitFromBeforeARestartEndsWhenTheSurfaceIsSeenEmptyForASecond) {
  Watch watch = resumed(Visit{"v1", 3, "ref", false});
  EXPECT_FALSE(step(watch, quiet(0)).visit_changed);
  EXPECT_FALSE(step(watch, seen(SettleEvent::none, "", 500)).visit_changed);
  EXPECT_FALSE(step(watch, quiet(600)).visit_changed) << "the second has to be unbroken";
  EXPECT_FALSE(step(watch, quiet(1500)).visit_changed);
  EXPECT_TRUE(step(watch, quiet(1600)).visit_changed);
  EXPECT_FALSE(watch.visit);
}

TEST(Watch, TheReferenceFollowsOnlyAQuietSurface) {
  Watch watch;
  EXPECT_TRUE(step(watch, quiet(0)).follow);
  EXPECT_FALSE(step(watch, seen(SettleEvent::none)).follow);
  EXPECT_FALSE(step(watch, seen(SettleEvent::arrived)).follow);
}

TEST(Watch, ADetectorThatSettlesFirstBeginsTheVisit) {
  Watch watch;
  const WatchStep settled = step(watch, seen(SettleEvent::settled, "v1"));
  EXPECT_TRUE(settled.new_visit && settled.predict);
}

TEST(Watch, AnEmptyTrayIsWorthSayingOnlyAfterAFullOne) {
  EXPECT_FALSE(worth_saying({"v", 0, "", false}, 0, 0));
  EXPECT_TRUE(worth_saying({"v", 0, "", false}, 1, 0));
  EXPECT_TRUE(worth_saying({"v", 0, "", false}, 0, 1));
  EXPECT_TRUE(worth_saying({"v", 1, "", false}, 0, 0));
}

class VisitOnDisk : public ::testing::Test {
 protected:
  VisitOnDisk() {
    std::string pattern = (fs::temp_directory_path() / "trayline-visit-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~VisitOnDisk() override { fs::remove_all(folder_); }
  std::string folder_;
  ManualClock clock_{from_ms(1'800'000'000'000)};
  SeededRandom random_{1};
};

TEST_F(VisitOnDisk, IsReadBackAndCleared) {
  const VisitFile file(folder_);
  EXPECT_FALSE(file.load(clock_, random_)->has_value());
  const Visit visit{uuid7(clock_.now(), random_), 4, std::string(64, 'a'), false};
  ASSERT_TRUE(file.save(visit));
  EXPECT_EQ(**file.load(clock_, random_), visit);
  ASSERT_TRUE(file.clear());
  ASSERT_TRUE(file.clear()) << "clearing twice is nothing";
  EXPECT_FALSE(file.load(clock_, random_)->has_value());
}

TEST_F(VisitOnDisk, AnUnreadableFileIsAVisitNobodyKnows) {
  for (const char* broken : {"", "{", "[]", R"({"id":"x","number":1})",
                             R"({"id":"019a0000-0000-7000-8000-000000000000","number":-1})"}) {
    std::ofstream(folder_ + "/visit.json") << broken;
    const auto visit = VisitFile(folder_).load(clock_, random_);
    ASSERT_TRUE(visit) << broken;
    ASSERT_TRUE(visit->has_value()) << broken;
    EXPECT_TRUE((*visit)->uncertain);
    EXPECT_TRUE(is_uuid7((*visit)->id));
    EXPECT_TRUE(fs::exists(folder_ + "/visit.json.broken"));
    fs::remove(folder_ + "/visit.json.broken");
  }
}

TEST_F(VisitOnDisk, AFolderThatIsNotThereIsSaid) {
  const auto saved = VisitFile(folder_ + "/none").save({"x", 0, "", false});
  ASSERT_FALSE(saved);
  EXPECT_EQ(saved.error().code, Code::unavailable);
}

}  // namespace
}  // namespace trayline::camera
