// The renderer and the clip: same seeds same bytes, plausible trays, sequences that end as told.
#include <gtest/gtest.h>

#include <set>

#include "sim/tray/album.hpp"
#include "sim/tray/clip.hpp"
#include "sim/tray/dice.hpp"
#include "sim/tray/render.hpp"

namespace trayline::tray {
namespace {

TEST(Tray, SameSeedGivesTheSameBytes) {
  const std::vector<std::string> skus{"apple", "coffee", "never-heard-of"};
  const auto once = [&](std::uint64_t seed) {
    Shelf shelf;
    Scene scene;
    EXPECT_TRUE(lay(scene, {skus, CodeCard{"abc", {}, false}, {}}, shelf, seed));
    Renderer renderer(1, shelf);
    return render_tray(scene, seed, renderer)->pixels;
  };
  EXPECT_TRUE(once(5) == once(5)) << "the same seed rendered two different frames";
  EXPECT_FALSE(once(5) == once(6)) << "two seeds rendered the same frame";
}

TEST(Tray, DrawingASceneAgainAfterAnotherGivesTheSameBytes) {
  Shelf shelf;
  Renderer renderer(1, shelf);
  Scene scene;
  ASSERT_TRUE(lay(scene, {{"apple", "yoghurt"}, {}, {}}, shelf, 1));
  const auto first = renderer.render(scene, {}, 9)->pixels;
  ASSERT_TRUE(renderer.render({}, {}, 9));
  EXPECT_TRUE(renderer.render(scene, {}, 9)->pixels == first);
}

TEST(Tray, AProductIsDrawnFromItsNameAlone) {
  EXPECT_EQ(product_of("some-thing").seed, product_of("some-thing").seed);
  EXPECT_EQ(product_of("apple").name, "Apple");
  std::set<std::string> names;
  for (const Product& p : demo_menu()) EXPECT_TRUE(names.insert(p.sku).second) << p.sku;
  EXPECT_GE(names.size(), 8U);
}

TEST(Tray, ATwinDiffersInItsBandOnly) {
  for (const Product& p : demo_menu()) {
    const Product twin = twin_of(p);
    EXPECT_EQ(twin.body, p.body);
    EXPECT_EQ(twin.width_mm, p.width_mm);
    EXPECT_GT(std::abs(twin.band.r - p.band.r) + std::abs(twin.band.g - p.band.g) +
                  std::abs(twin.band.b - p.band.b),
              30.0F)
        << p.sku << " and its twin cannot be told apart";
  }
}

TEST(Tray, ThingsLieApartUnlessTheyAreToTouch) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Shelf shelf;
    Scene scene;
    ASSERT_TRUE(
        lay(scene, {{"tomato-soup", "apple", "coffee", "bread-roll"}, {}, {}}, shelf, seed));
    for (std::size_t i = 0; i < scene.items.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        const Pose& a = scene.items[i].pose;
        const Pose& b = scene.items[j].pose;
        EXPECT_GT(std::hypot(a.x_mm - b.x_mm, a.y_mm - b.y_mm), 60.0F);
      }
    }
  }
}

TEST(Tray, TooManyThingsAreRefusedAndNothingIsLaid) {
  Shelf shelf;
  Scene scene;
  const auto full = lay(scene, {std::vector<std::string>(30, "orange-juice"), {}, {}}, shelf, 1);
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, Code::exhausted);
  EXPECT_TRUE(scene.items.empty());
  const auto long_code = lay(scene, {{}, CodeCard{std::string(27, 'x'), {}, false}, {}}, shelf, 1);
  EXPECT_FALSE(long_code);
}

TEST(Command, ReadsWhatItShould) {
  const auto put = parse_command(R"({"put":{"items":[{"sku":"apple","count":2},{"sku":"coffee"}],)"
                                 R"("qr_base64url":"AAH_"},"id":"7"})");
  ASSERT_TRUE(put) << put.error().detail;
  EXPECT_EQ(put->verb, Verb::put);
  EXPECT_EQ(put->skus, (std::vector<std::string>{"apple", "apple", "coffee"}));
  EXPECT_EQ(put->code, std::string("\0\1\xFF", 3));
  EXPECT_EQ(put->id, "7");
  EXPECT_EQ(parse_command(R"({"nudge":true})")->verb, Verb::nudge);
  EXPECT_EQ(parse_command(R"({"take":{"sku":"apple"}})")->skus.front(), "apple");
}

TEST(Command, RefusesWhatItShould) {
  for (const char* bad : {
           "",
           "x",
           "[]",
           "{}",
           R"({"jump":true})",
           R"({"put":true})",
           R"({"put":{"items":7}})",
           R"({"put":{"items":[{"sku":"a/b"}]}})",
           R"({"put":{"items":[{"sku":"a","count":0}]}})",
           R"({"put":{"items":[{"sku":"a","count":99999999999}]}})",
           R"({"put":{"items":[{"sku":"a","count":40},{"sku":"b"}]}})",
           R"({"put":{"items":[],"qr":"123456789012345678901234567"}})",
           R"({"put":{"items":[],"qr":"a","qr_base64url":"YQ"}})",
           R"({"put":{"items":[],"qr_base64url":"***"}})",
           R"({"add":{}})",
           R"({"nudge":true,"remove":true})",
       }) {
    EXPECT_FALSE(parse_command(bad)) << "was taken: " << bad;
  }
}

// Plays until nothing waits; the frames are only counted.
std::vector<Played> play_out(Clip& clip, std::int64_t& time_ms, int* with_hand = nullptr) {
  std::vector<Played> all;
  for (int i = 0; i < 1000; ++i) {
    const Scene scene = clip.at(time_ms += 66);
    if (with_hand != nullptr && scene.hand) ++*with_hand;
    for (Played& played : clip.ended()) all.push_back(std::move(played));
    if (clip.idle()) break;
  }
  return all;
}

TEST(Clip, EndsEverySequenceAsTold) {
  Shelf shelf;
  Clip clip(1, shelf);
  std::int64_t time = 1000;
  int with_hand = 0;
  ASSERT_TRUE(clip.queue(*parse_command(R"({"put":{"items":[{"sku":"apple"}],"qr":"x"}})")));
  ASSERT_TRUE(clip.queue(*parse_command(R"({"add":{"sku":"coffee"}})")));
  ASSERT_TRUE(clip.queue(*parse_command(R"({"nudge":true})")));
  ASSERT_TRUE(clip.queue(*parse_command(R"({"take":{"sku":"apple"}})")));
  ASSERT_TRUE(clip.queue(*parse_command(R"({"remove":true})")));
  const auto played = play_out(clip, time, &with_hand);
  ASSERT_EQ(played.size(), 5U);
  const char* items[] = {R"([{"sku":"apple","count":1}])",
                         R"([{"sku":"apple","count":1},{"sku":"coffee","count":1}])",
                         R"([{"sku":"apple","count":1},{"sku":"coffee","count":1}])",
                         R"([{"sku":"coffee","count":1}])", "[]"};
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_TRUE(played[i].outcome) << i;
    EXPECT_EQ(counted(played[i].scene).dump(), items[i]) << "after command " << i;
  }
  EXPECT_GT(with_hand, 50) << "no hand was seen";
  EXPECT_TRUE(played[1].scene.code.has_value());
  EXPECT_FALSE(played[4].scene.code.has_value());
  EXPECT_NE(played[1].scene.items[0].pose, played[2].scene.items[0].pose) << "not nudged";
}

TEST(Clip, RefusesWhatCannotBePlayed) {
  Shelf shelf;
  Clip clip(1, shelf);
  std::int64_t time = 0;
  ASSERT_TRUE(clip.queue(*parse_command(R"({"take":{"sku":"apple"}})")));
  ASSERT_TRUE(clip.queue(*parse_command(R"({"put":{"items":[{"sku":"apple"}]}})")));
  ASSERT_TRUE(clip.queue(*parse_command(R"({"put":{"items":[{"sku":"coffee"}]}})")));
  const auto played = play_out(clip, time);
  ASSERT_EQ(played.size(), 3U);
  EXPECT_EQ(played[0].outcome.error().code, Code::not_found);
  EXPECT_TRUE(played[1].outcome);
  EXPECT_EQ(played[2].outcome.error().code, Code::conflict);
  for (std::size_t i = 0; i < kCommandsMax; ++i) ASSERT_TRUE(clip.queue({}));
  EXPECT_EQ(clip.queue({}).error().code, Code::exhausted);
}

}  // namespace
}  // namespace trayline::tray
