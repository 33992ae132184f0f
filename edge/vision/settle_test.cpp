// Clips as lists of drawn frames: what happens on the tray, and what the detector says.
#include "edge/vision/settle.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>

#include "edge/vision/drawing.hpp"

namespace trayline::vision {
namespace {

using drawing::draw;
using drawing::Lamp;
using drawing::Thing;

const Thing kApple{.x = 200, .y = 180};
const Thing kBread{
    .form = drawing::Form::box, .x = 420, .y = 200, .width = 120, .body = {40, 150, 210}};

class SettleClip : public testing::Test {
 protected:
  SettleClip() : settle_(*Settle::create({}, draw({}, {}, 1).view(), {})) {}

  // Shows the scene for so many frames of a 25 Hz camera; the events that are not `none`.
  std::vector<SettleEvent> show(const std::vector<Thing>& things, int frames, Lamp lamp = {}) {
    std::vector<SettleEvent> events;
    for (int i = 0; i < frames; ++i) show_one(things, lamp, events);
    return events;
  }
  // The same with a hand that waves over the scene.
  std::vector<SettleEvent> wave(std::vector<Thing> things, int frames) {
    std::vector<SettleEvent> events;
    things.push_back({.x = 0, .y = 100, .width = 120, .height = 200, .body = {130, 160, 220}});
    for (int i = 0; i < frames; ++i) {
      things.back().x = 200 + 12 * (i % 12);
      show_one(things, {}, events);
    }
    return events;
  }
  void show_one(const std::vector<Thing>& things, const Lamp& lamp,
                std::vector<SettleEvent>& events) {
    const auto step = settle_.step(draw(things, lamp, ++seed_).view(), time_ms_ += 40);
    ASSERT_TRUE(step) << step.error().detail;
    last_ = *step;
    if (step->event == SettleEvent::settled) settled_ = *step;
    if (step->event != SettleEvent::none) events.push_back(step->event);
  }

  using Events = std::vector<SettleEvent>;
  Settle settle_;
  SettleStep last_, settled_;
  std::int64_t time_ms_ = 0;
  std::uint64_t seed_ = 10;
};

TEST_F(SettleClip, ATrayIsPutDownReadChangedAndTakenAway) {
  EXPECT_EQ(show({}, 10), Events{});
  EXPECT_TRUE(settle_.quiet());
  EXPECT_EQ(wave({}, 10), Events{SettleEvent::arrived});
  EXPECT_EQ(wave({kApple}, 20), Events{}) << "a hand keeps the tray from settling";
  EXPECT_EQ(show({kApple}, 15), Events{SettleEvent::settled});
  EXPECT_LT(settled_.frame - settled_.sharpest, Settle::kFramesKept);
  EXPECT_EQ(show({kApple}, 15), Events{}) << "one tray settles once";
  settle_.reported(1);
  EXPECT_EQ(settle_.state(), SettleState::reported);
  EXPECT_EQ(show({kApple}, 50), Events{}) << "nothing changes, nothing is said";
  EXPECT_EQ(wave({kApple}, 10), Events{SettleEvent::changed});
  EXPECT_EQ(show({kApple, kBread}, 15), Events{SettleEvent::settled});
  settle_.reported(2);
  EXPECT_EQ(show({}, 40), (Events{SettleEvent::changed, SettleEvent::emptied}));
  EXPECT_EQ(settle_.state(), SettleState::empty);
}

TEST_F(SettleClip, AnItemLeftBehindKeepsTheVisit) {
  show({}, 5);
  wave({kApple, kBread}, 10);
  show({kApple, kBread}, 15);
  settle_.reported(2);
  wave({kApple}, 10);
  EXPECT_EQ(show({kApple}, 60), Events{SettleEvent::settled}) << "the visit is not over";
}

TEST_F(SettleClip, SeesATrayThatChangesBetweenTwoFrames) {
  show({}, 5);
  show({kApple}, 15);
  settle_.reported(1);
  const auto events = show({kBread}, 30);
  EXPECT_EQ(events, (Events{SettleEvent::changed, SettleEvent::settled}));
}

TEST_F(SettleClip, SlowLightIsNoVisit) {
  for (int i = 0; i <= 60; ++i) {
    EXPECT_EQ(show({}, 5, {.gain = 1 + 0.005 * i, .slope = 0.002 * i}), Events{}) << "step " << i;
  }
}

TEST_F(SettleClip, ALampSwitchedOnIsNoVisit) {
  show({}, 5);
  EXPECT_EQ(show({}, 60, {.gain = 1.3}), Events{});
  EXPECT_EQ(show({kApple}, 1, {.gain = 1.3}), Events{SettleEvent::arrived})
      << "and the tray is still watched";
}

TEST_F(SettleClip, MainsFlickerDoesNotKeepATrayFromSettling) {
  show({}, 5);
  std::vector<SettleEvent> events;
  for (int i = 0; i < 30; ++i) {
    Image frame = draw({kApple}, {}, ++seed_);
    for (int y = 0; y < frame.height; ++y) {
      const double band = 1 + 0.12 * std::sin(y * 0.05 + i * 2.1);
      for (int x = 0; x < frame.width * 3; ++x) {
        auto& value = frame.pixels[static_cast<std::size_t>(y * frame.width * 3 + x)];
        value = static_cast<std::uint8_t>(std::min(255.0, value * band));
      }
    }
    const auto step = settle_.step(frame.view(), time_ms_ += 40);
    ASSERT_TRUE(step);
    if (step->event != SettleEvent::none) events.push_back(step->event);
  }
  EXPECT_EQ(events, (Events{SettleEvent::arrived, SettleEvent::settled}));
}

TEST_F(SettleClip, AMovedCameraIsADisturbedStation) {
  show({}, 5);
  // Half of the picture shows something else than the tray.
  const Thing table{.form = drawing::Form::box,
                    .x = 100,
                    .y = 180,
                    .width = 300,
                    .height = 400,
                    .body = {200, 210, 215}};
  EXPECT_EQ(show({table}, 15), (Events{SettleEvent::arrived, SettleEvent::settled}));
  settle_.reported(0);
  EXPECT_EQ(settle_.state(), SettleState::disturbed);
  EXPECT_EQ(show({table}, 30), Events{});
  show({}, 40);
  EXPECT_EQ(settle_.state(), SettleState::empty) << "put back";
}

TEST_F(SettleClip, RefusesFramesOfAnotherSizeAndGoesOn) {
  const Image other = drawing::doubled(draw({}, {}, 3));
  const auto step = settle_.step(other.view(), 40);
  ASSERT_FALSE(step);
  EXPECT_EQ(step.error().detail, "the frame is 1280x720 but the reference is 640x360");
  EXPECT_EQ(show({kApple}, 15), (Events{SettleEvent::arrived, SettleEvent::settled}));
}

TEST_F(SettleClip, TimeThatStepsBackOnlyRestartsTheWaiting) {
  show({}, 5);
  show({kApple}, 3);
  time_ms_ = 0;
  EXPECT_EQ(show({kApple}, 15), Events{SettleEvent::settled});
}

TEST(Settle, LooksOnlyWithinTheTray) {
  const Polygon left{{0, 0}, {300, 0}, {300, 360}, {0, 360}};
  auto settle = *Settle::create({}, draw({}, {}, 1).view(), left);
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(settle.step(draw({kBread}, {}, 2).view(), i * 40)->event, SettleEvent::none);
  }
  EXPECT_EQ(settle.step(draw({kApple}, {}, 2).view(), 900)->event, SettleEvent::arrived);
  EXPECT_FALSE(Settle::create({}, draw({}, {}, 1).view(), {{900, 900}, {950, 900}, {950, 950}}));
  EXPECT_FALSE(Settle::create({}, {}, {}));
}

TEST(Settle, TimeForA720pFrame) {
  const Image empty = drawing::doubled(draw({}, {}, 1));
  const Image full = drawing::doubled(draw({kApple, kBread}, {}, 2));
  auto settle = *Settle::create({}, empty.view(), {});
  const auto start = std::chrono::steady_clock::now();
  constexpr int kFrames = 200;
  for (int i = 0; i < kFrames; ++i) {
    ASSERT_TRUE(settle.step(i % 20 < 10 ? empty.view() : full.view(), i * 40));
  }
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
  std::printf("settle: %.3f ms per 720p frame\n", took.count() / kFrames);
}

}  // namespace
}  // namespace trayline::vision
