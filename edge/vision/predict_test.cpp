// The whole pipeline on drawn trays, the gallery's decisions, and the texts of stations.
#include "edge/vision/predict.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "edge/vision/drawing.hpp"

namespace trayline::vision {
namespace {

using drawing::draw;
using drawing::Form;
using drawing::Lamp;
using drawing::Thing;

struct Product {
  const char* sku;
  Thing thing;
};
const std::vector<Product>& menu() {
  static const std::vector<Product> products{
      {"apple", {.width = 80, .height = 80, .body = {40, 40, 200}, .print = {40, 200, 230}}},
      {"salad", {.width = 110, .height = 110, .body = {60, 180, 50}}},
      {"bread", {.form = Form::box, .width = 130, .height = 60, .body = {40, 150, 210}}},
      {"juice",
       {.form = Form::box,
        .width = 60,
        .height = 120,
        .body = {20, 120, 240},
        .print = {30, 30, 30}}},
      {"plum", {.width = 70, .height = 60, .body = {140, 40, 110}, .print = {90, 20, 70}}},
  };
  return products;
}

Thing placed(const std::string& sku, int x, int y, double turn = 0) {
  for (const Product& product : menu()) {
    if (product.sku != sku) continue;
    Thing thing = product.thing;
    thing.x = x;
    thing.y = y;
    thing.turn = turn;
    return thing;
  }
  return {.form = Form::box,
          .x = x,
          .y = y,
          .width = 100,
          .height = 90,
          .turn = turn,
          .body = {200, 60, 60},
          .print = {250, 220, 30}};
}

Station station() {
  Station s;
  s.reference = draw({}, {}, 1);
  return s;
}

Gallery gallery(int views = 5, SizeUnit unit = SizeUnit::px) {
  const Station s = station();
  GalleryContent content;
  content.unit = unit;
  content.surface = *mean_colour(s.reference.view());
  for (const Product& product : menu()) {
    Item item{product.sku, "", {}};
    for (int v = 0; v < views; ++v) {
      const Image frame = draw({placed(product.sku, 150 + 80 * v, 120 + 30 * (v % 3), 31 * v)},
                               {.gain = 1 + 0.02 * v}, 100 + static_cast<std::uint64_t>(v));
      const auto scene = Scene::create(frame.view(), s, content.surface);
      EXPECT_EQ(scene->blobs().size(), 1u) << product.sku;
      item.views.push_back({*scene->describe(scene->blobs()[0]), scene->blobs()[0].size});
    }
    content.items.push_back(std::move(item));
  }
  return *Gallery::create(std::move(content));
}

// Five views per product, made once.
const Gallery& five() {
  static const Gallery made = gallery();
  return made;
}

Tray tray_of(const std::vector<Thing>& things, const Lamp& lamp = {}) {
  const Station s = station();
  const auto tray = predict(draw(things, lamp, 77).view(), s, five(), {});
  EXPECT_TRUE(tray) << tray.error().detail;
  return *tray;
}

// "apple (0.02 of 0.11)": best candidate, its distance and its threshold.
std::string text_of(const Tray& tray) {
  std::string text;
  const Gallery& g = five();
  for (const Seen& seen : tray.items) {
    text += text.empty() ? "" : ", ";
    if (seen.match.best.empty()) {
      text += "nothing of size " + std::to_string(seen.blob.size);
      continue;
    }
    const Candidate& best = seen.match.best[0];
    text += best.sku + " (" + std::to_string(best.distance) + " of " +
            std::to_string(g.tau(best.item)) + ")";
  }
  return text;
}

TEST(Predict, ReadsTraysInAnyLight) {
  const std::vector<Thing> things{placed("apple", 90, 80),      placed("salad", 250, 90, 40),
                                  placed("bread", 440, 80, 70), placed("juice", 120, 260, 20),
                                  placed("apple", 300, 260),    placed("plum", 480, 270, 100)};
  const Counts expected{{"apple", 2}, {"bread", 1}, {"juice", 1}, {"plum", 1}, {"salad", 1}};
  for (const Lamp lamp : {Lamp{}, Lamp{.gain = 0.7}, Lamp{.gain = 1.05, .slope = 0.15},
                          Lamp{.slope = -0.15, .shadow = 0.75}}) {
    const Tray tray = tray_of(things, lamp);
    EXPECT_EQ(tray.counts(), expected)
        << "gain " << lamp.gain << ", slope " << lamp.slope << ": " << text_of(tray);
    EXPECT_LE(tray.alternatives.size(), kAlternativesMax);
  }
  EXPECT_EQ(tray_of(things).verdict, Verdict::confident);
  EXPECT_GT(tray_of(things).score(), 0.8f);
}

TEST(Predict, CutsTouchingThingsByWhatTheyAre) {
  const Tray tray =
      tray_of({placed("apple", 200, 180), placed("salad", 292, 180), placed("plum", 500, 100)});
  EXPECT_EQ(tray.counts(), (Counts{{"apple", 1}, {"plum", 1}, {"salad", 1}}));
}

TEST(Predict, AnUnenrolledThingIsNeverConfident) {
  const Tray tray = tray_of({placed("apple", 120, 180), placed("stranger", 400, 180, 25)});
  EXPECT_NE(tray.verdict, Verdict::confident);
  EXPECT_EQ(tray.verdict, Verdict::unknown);
  EXPECT_EQ(tray.counts(), (Counts{{"apple", 1}, {"unknown", 1}}));
}

TEST(Predict, AnEmptyTrayGoesToAPerson) {
  const Tray tray = tray_of({});
  EXPECT_TRUE(tray.items.empty());
  EXPECT_EQ(tray.verdict, Verdict::review);
  EXPECT_EQ(tray.score(), 0.0f);
}

TEST(Predict, AnEmptyGalleryKnowsNothing) {
  const Station s = station();
  const auto none = Gallery::create({});
  ASSERT_TRUE(none) << none.error().detail;
  const auto tray = predict(draw({placed("apple", 200, 180)}, {}, 5).view(), s, *none, {});
  ASSERT_TRUE(tray);
  EXPECT_EQ(tray->counts(), (Counts{{"unknown", 1}}));
  EXPECT_EQ(tray->verdict, Verdict::unknown);
}

TEST(Predict, SaysWhatIsWrongWithAPicture) {
  const Station s = station();
  const Gallery g = gallery(1);
  const Image black(drawing::kWidth, drawing::kHeight, Pixel::bgr8);
  const Image tiny(4, 4, Pixel::bgr8), grey(640, 360, Pixel::grey8);
  const Image large = drawing::doubled(s.reference);
  const struct {
    const char* what;
    ImageView view;
    const char* says;
  } cases[] = {{"a black picture", black.view(), "black"},
               {"no picture", {}, "no pixels"},
               {"a tiny picture", tiny.view(), "too small"},
               {"a grey picture", grey.view(), "grey"},
               {"a picture of another size", large.view(), "reference is 640x360"}};
  for (const auto& c : cases) {
    const auto tray = predict(c.view, s, g, {});
    ASSERT_FALSE(tray) << c.what;
    EXPECT_NE(tray.error().detail.find(c.says), std::string::npos)
        << c.what << " says: " << tray.error().detail;
  }
}

TEST(Predict, LeavesOutTheCardThatShowsACode) {
  const Station s = station();
  const Thing card{.form = Form::box,
                   .x = 480,
                   .y = 180,
                   .width = 110,
                   .height = 110,
                   .body = {240, 240, 240},
                   .print = {10, 10, 10}};
  const Image frame = draw({placed("apple", 200, 180), card}, {}, 5);
  const std::vector<Polygon> codes{{{440, 140}, {520, 140}, {520, 220}, {440, 220}}};
  EXPECT_EQ(predict(frame.view(), s, five(), {})->verdict, Verdict::unknown);
  const auto tray = predict(frame.view(), s, five(), {}, codes);
  EXPECT_EQ(tray->counts(), (Counts{{"apple", 1}}));
  EXPECT_EQ(tray->verdict, Verdict::confident);
  // A code that claims to lie upon a large thing does not hide it.
  const std::vector<Polygon> lies{{{190, 170}, {210, 170}, {210, 190}, {190, 190}}};
  EXPECT_EQ(predict(frame.view(), s, five(), {}, lies)->items.size(), 2u);
}

TEST(Predict, WithoutAReferenceThePictureIsTheItem) {
  Station whole;
  GalleryContent content;
  for (const char* sku : {"apple", "salad", "juice"}) {
    const Image photo = draw({placed(sku, 300, 180)}, {}, 5);
    content.items.push_back({sku, "", {{*describe(photo.view(), {}, 0), 0}}});
  }
  const auto tray = predict(draw({placed("salad", 320, 170)}, {}, 6).view(), whole,
                            *Gallery::create(std::move(content)), {});
  ASSERT_TRUE(tray);
  ASSERT_EQ(tray->items.size(), 1u);
  EXPECT_EQ(tray->items[0].match.best[0].sku, "salad");
}

TEST(Predict, TimeForA720pFrameOfSixItems) {
  Station s = station();
  s.reference = drawing::doubled(s.reference);
  const Image frame = drawing::doubled(
      draw({placed("apple", 90, 80), placed("salad", 250, 90, 40), placed("bread", 440, 80, 70),
            placed("juice", 120, 260, 20), placed("apple", 300, 260), placed("plum", 480, 270)},
           {.gain = 0.9}, 3));
  const Gallery& g = five();
  const auto start = std::chrono::steady_clock::now();
  constexpr int kRuns = 10;
  for (int i = 0; i < kRuns; ++i) ASSERT_EQ(predict(frame.view(), s, g, {})->items.size(), 6u);
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
  std::printf("predict: %.1f ms per 720p frame of 6 items\n", took.count() / kRuns);
}

TEST(Gallery, ItemsOfAnotherSizeAreNoCandidates) {
  const Gallery& g = five();
  const auto& apple = g.content().items[0];
  const View& view = apple.views[0];
  EXPECT_EQ(g.match(view.vec, view.size, SizeUnit::px, {}).best[0].sku, "apple");
  for (const Candidate& c : g.match(view.vec, view.size * 2, SizeUnit::px, {}).best) {
    EXPECT_NE(c.sku, "apple") << "twice as large as any apple";
  }
  EXPECT_EQ(g.match(view.vec, view.size * 2, SizeUnit::mm2, {}).best[0].sku, "apple")
      << "sizes of another unit say nothing";
}

TEST(Gallery, ANearerNegativeMakesAThingUnknown) {
  GalleryContent content = five().content();
  const Vector vec = content.items[0].views[0].vec;
  const float size = content.items[0].views[0].size;
  EXPECT_EQ(Gallery::create(content)->match(vec, size, SizeUnit::px, {}).state,
            ItemState::confident);
  content.negatives.push_back(vec);
  const Match match = Gallery::create(content)->match(vec, size, SizeUnit::px, {});
  EXPECT_EQ(match.state, ItemState::unknown);
  EXPECT_EQ(match.score, 0.0f);
}

TEST(Gallery, TwinsGoToAPersonWithBothNames) {
  GalleryContent content = five().content();
  Item twin = content.items[0];
  twin.sku = "apple-twin";
  content.items.push_back(twin);
  const Match match =
      Gallery::create(content)->match(twin.views[1].vec, twin.views[1].size, SizeUnit::px, {});
  EXPECT_EQ(match.state, ItemState::review);
  ASSERT_GE(match.best.size(), 2u);
  EXPECT_EQ(match.best[0].sku.substr(0, 5), "apple");
  EXPECT_EQ(match.best[1].sku.substr(0, 5), "apple");
  float sum = 0;
  for (const Candidate& c : match.best) sum += c.score;
  EXPECT_LE(sum, 1.001f) << "scores are shares of one";
}

TEST(Gallery, RefusesWhatItCannotCompare) {
  GalleryContent other;
  other.embedder = "net-7";
  EXPECT_NE(Gallery::create(other).error().detail.find("net-7"), std::string::npos);
  GalleryContent shorter;
  shorter.items.push_back({"apple", "", {{{1, 2, 3}, 0}}});
  EXPECT_FALSE(Gallery::create(shorter));
  GalleryContent many;
  many.negatives.assign(kViewsMax + 1, Vector(kDescriptorDims));
  EXPECT_EQ(Gallery::create(many).error().code, Code::exhausted);
}

TEST(Gallery, TellsWhatAnItemIsConfusedWith) {
  const Gallery& g = five();
  const LeaveOneOut out = leave_one_out(g, 0);
  EXPECT_EQ(out.views, 5u);
  EXPECT_EQ(out.right, 5u);
  EXPECT_FALSE(out.nearest_sku.empty());
}

Seen seen(const char* sku, float distance) {
  Seen s;
  s.match.best = {{0, sku, distance, 0.9f}};
  s.match.state = ItemState::confident;
  s.match.score = 0.9f;
  return s;
}

TEST(Decode, ChoosesTheCheapestWayAndKeepsTheOthers) {
  const Option whole{seen("loaf", 0.5f)}, two{seen("roll", 0.1f), seen("roll", 0.2f)},
      three{seen("bun", 0.4f), seen("bun", 0.4f), seen("bun", 0.4f)};
  const Tray tray = decode({{whole, two, three}}, {});
  EXPECT_EQ(tray.counts(), (Counts{{"roll", 2}}));
  EXPECT_EQ(tray.verdict, Verdict::confident);
  ASSERT_EQ(tray.alternatives.size(), 2u);
  EXPECT_EQ(tray.alternatives[0].counts, (Counts{{"bun", 3}}));
  EXPECT_EQ(tray.alternatives[1].counts, (Counts{{"loaf", 1}}));
}

TEST(Decode, ANearRunnerUpOfAnotherCountGoesToAPerson) {
  const Tray tray = decode({{{seen("loaf", 0.21f)}, {seen("roll", 0.2f), seen("roll", 0.2f)}}}, {});
  EXPECT_EQ(tray.verdict, Verdict::review);
}

TEST(StationText, ComesBackAsItWas) {
  Station s;
  s.id = "till-1";
  s.source = "v4l2:/dev/video0";
  s.px_per_mm = 2.5f;
  s.tray = {{1, 2}, {300, 4}, {300, 200}};
  s.references = {{"empty.jpg", std::string(64, 'a'), "2026-01-02T03:04:05Z"}};
  s.settle.still_ms = 700;
  s.segment.chroma_step = 11;
  const auto back = read_station(write_station(s));
  ASSERT_TRUE(back) << back.error().detail;
  EXPECT_EQ(back->id, s.id);
  EXPECT_EQ(back->source, s.source);
  EXPECT_EQ(back->px_per_mm, s.px_per_mm);
  EXPECT_EQ(back->tray, s.tray);
  EXPECT_EQ(back->references, s.references);
  EXPECT_EQ(back->settle, s.settle);
  EXPECT_EQ(back->segment, s.segment);
}

TEST(StationText, IsRefusedWhereANumberMakesNoSense) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "JSON"},
      {"[]", "object"},
      {R"({})", "/schema"},
      {R"({"schema": 2})", "/schema"},
      {R"({"schema": 1, "id": "a b"})", "/id"},
      {R"({"schema": 1, "px_per_mm": -1})", "/px_per_mm"},
      {R"({"schema": 1, "px_per_mm": "2"})", "/px_per_mm"},
      {R"({"schema": 1, "tray": [{"x": 1, "y": 1}]})", "/tray"},
      {R"({"schema": 1, "tray": [{"x": 1, "y": 1}, {"x": 1e30, "y": 1}, {"x": 2, "y": 9}]})",
       "/tray"},
      {R"({"schema": 1, "settle": {"motion_share": 2}})", "/settle/motion_share"},
      {R"({"schema": 1, "segment": {"chroma_step": 0}})", "/segment/chroma_step"},
  };
  for (const auto& [text, says] : cases) {
    const auto s = read_station(text);
    ASSERT_FALSE(s) << text << " was taken";
    EXPECT_NE(s.error().detail.find(says), std::string::npos) << text << ": " << s.error().detail;
  }
  EXPECT_TRUE(read_station(R"({"schema": 1})")) << "all else has defaults";
}

}  // namespace
}  // namespace trayline::vision
