// Light, segments, cuts and descriptors, each on drawings.
#include <gtest/gtest.h>

#include <cmath>

#include "edge/vision/descriptor.hpp"
#include "edge/vision/drawing.hpp"
#include "edge/vision/flat_field.hpp"
#include "edge/vision/segment.hpp"
#include "edge/vision/split.hpp"
#include "edge/vision/view.hpp"

namespace trayline::vision {
namespace {

using drawing::draw;
using drawing::Form;
using drawing::Lamp;
using drawing::Thing;

const Thing kApple{.x = 150, .y = 120};
const Thing kBread{.form = Form::box, .x = 420, .y = 220, .width = 130, .body = {40, 150, 210}};

std::vector<Blob> blobs_of(const Image& frame, const Image& reference) {
  const auto change = light_change(frame.view(), reference.view());
  EXPECT_TRUE(change);
  const auto blobs = segment({frame.view(), reference.view(), *change, {}, 0}, {});
  EXPECT_TRUE(blobs) << blobs.error().detail;
  return *blobs;
}

TEST(Light, MeasuresGainAndSlopeBesideItems) {
  const Image reference = draw({}, {}, 1);
  const Image frame = draw({kApple, kBread}, {.gain = 0.7, .slope = 0.5}, 2);
  const auto change = light_change(frame.view(), reference.view());
  ASSERT_TRUE(change);
  EXPECT_NEAR(change->gain(1, 0, 0), 0.7f, 0.03f) << "in the middle";
  EXPECT_NEAR(change->gain(1, -1, 0), 0.7f * 0.75f, 0.04f) << "on the left";
  EXPECT_NEAR(change->gain(1, 1, 0), 0.7f * 1.25f, 0.06f) << "on the right";
}

TEST(Light, SaysNothingWhereNoTrayIsSeen) {
  const Image reference = draw({}, {}, 1);
  Image black(reference.width, reference.height, Pixel::bgr8);
  const auto change = light_change(black.view(), reference.view());
  ASSERT_TRUE(change);
  EXPECT_TRUE(change->none());
  EXPECT_FALSE(light_change(drawing::doubled(reference).view(), reference.view()));
}

TEST(Light, AFlatFieldGivesOneItemOneColourInAnyLight) {
  const Image reference = draw({}, {}, 1);
  const Colour surface = *mean_colour(reference.view());
  Image even[2];
  const Lamp lamps[2] = {{}, {.gain = 0.75, .slope = -0.4}};
  for (int i = 0; i < 2; ++i) {
    const Image frame = draw({kApple}, lamps[i], 5);
    const auto field =
        FlatField::create(reference.view(), *light_change(frame.view(), reference.view()), surface);
    ASSERT_TRUE(field);
    even[i] = field->even(frame.view(), {110, 80, 80, 80});
  }
  const Colour a = *mean_colour(even[0].view()), b = *mean_colour(even[1].view());
  for (std::size_t c = 0; c < 3; ++c) EXPECT_NEAR(a[c], b[c], 5) << "channel " << c;
}

TEST(Light, TheReferenceFollowsSlowlyAndArrives) {
  Image reference = draw({}, {.noise = 0}, 1);
  const Image brighter = draw({}, {.gain = 1.1, .noise = 0}, 1);
  const int before = reference.pixels[0], target = brighter.pixels[0];
  ASSERT_TRUE(follow(reference, brighter.view(), 0.02f));
  EXPECT_LE(reference.pixels[0] - before, 1) << "not at once";
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(follow(reference, brighter.view(), 0.02f));
  EXPECT_EQ(reference.pixels[0], target);
}

TEST(Segment, FindsThingsAndNotTheirShadows) {
  const Image reference = draw({}, {}, 1);
  const auto blobs = blobs_of(draw({kApple, kBread}, {.shadow = 0.72}, 2), reference);
  ASSERT_EQ(blobs.size(), 2u);
  EXPECT_NEAR(blobs[0].size, 130 * 80, 1600) << "the bread, without its shadow";
  EXPECT_NEAR(blobs[1].size, M_PI * 40 * 40, 900) << "the apple, without its shadow";
  EXPECT_NEAR(blobs[1].box.x, 110, 6);
  EXPECT_NEAR(blobs[1].box.y, 80, 6);
  EXPECT_EQ(blobs[1].mask.width, blobs[1].box.width);
}

TEST(Segment, FindsNothingOnAnEmptyTrayInAnyLight) {
  const Image reference = draw({}, {}, 1);
  for (const Lamp lamp : {Lamp{}, Lamp{.gain = 0.6}, Lamp{.gain = 1.4}, Lamp{.slope = 0.6},
                          Lamp{.gain = 0.8, .slope = -0.5, .noise = 5}}) {
    EXPECT_EQ(blobs_of(draw({}, lamp, 7), reference).size(), 0u)
        << "gain " << lamp.gain << ", slope " << lamp.slope << ", noise " << lamp.noise;
  }
}

TEST(Segment, MeasuresInSquareMillimetresWhereCalibrated) {
  const Image reference = draw({}, {}, 1), frame = draw({kBread}, {}, 2);
  const auto blobs = segment({frame.view(), reference.view(), {}, {}, 2.0f}, {});
  ASSERT_TRUE(blobs);
  ASSERT_EQ(blobs->size(), 1u);
  EXPECT_NEAR((*blobs)[0].size, 130 * 80 / 4, 400);
}

TEST(Segment, RefusesMoreThingsThanItsLimit) {
  const Image reference = draw({}, {}, 1);
  std::vector<Thing> crumbs;
  for (int i = 0; i < 60; ++i) {
    crumbs.push_back({.x = 35 + 60 * (i % 10), .y = 30 + 58 * (i / 10), .width = 24, .height = 24});
  }
  const Image frame = draw(crumbs, {}, 2);
  SegmentLimits limits;
  limits.area_min_px = 100;
  const auto blobs = segment({frame.view(), reference.view(), {}, {}, 0}, limits);
  ASSERT_FALSE(blobs);
  EXPECT_EQ(blobs.error().code, Code::exhausted);
}

TEST(Segment, SaysWhichSizesDoNotFit) {
  const Image reference = draw({}, {}, 1);
  const Image other = drawing::doubled(reference);
  const auto blobs = segment({other.view(), reference.view(), {}, {}, 0}, {});
  ASSERT_FALSE(blobs);
  EXPECT_NE(blobs.error().detail.find("1280x720 but the reference is 640x360"), std::string::npos)
      << blobs.error().detail;
}

TEST(Split, CutsTouchingThingsAndKeepsTheWhole) {
  const Image reference = draw({}, {}, 1);
  const struct {
    const char* what;
    std::vector<Thing> things;
    std::size_t parts;
  } cases[] = {
      {"two discs", {{.x = 200, .y = 180}, {.x = 278, .y = 180}}, 2},
      {"three discs in a row",
       {{.x = 200, .y = 180}, {.x = 278, .y = 180}, {.x = 356, .y = 180}},
       3},
      {"a disc at a long box",
       {{.x = 160, .y = 180}, {.form = Form::box, .x = 300, .y = 180, .width = 200, .height = 70}},
       2},
  };
  for (const auto& c : cases) {
    const auto blobs = blobs_of(draw(c.things, {}, 3), reference);
    ASSERT_EQ(blobs.size(), 1u) << c.what;
    const auto hypotheses = split(blobs[0], 0);
    EXPECT_EQ(hypotheses[0].parts.size(), 1u) << c.what << ": the first is the whole";
    bool found = false;
    for (const Hypothesis& h : hypotheses) found = found || h.parts.size() == c.parts;
    EXPECT_TRUE(found) << c.what << ": none of " << hypotheses.size() << " ways has " << c.parts;
    EXPECT_LE(hypotheses.size(), kHypothesesMax);
  }
}

TEST(Split, LeavesOneConvexThingWhole) {
  const auto blobs = blobs_of(draw({kBread}, {}, 3), draw({}, {}, 1));
  ASSERT_EQ(blobs.size(), 1u);
  for (const Hypothesis& h : split(blobs[0], 0)) EXPECT_LE(h.parts.size(), 2u);
  Blob sliver;
  sliver.box = {0, 0, 400, 3};
  sliver.mask = Image(400, 3, Pixel::grey8);
  std::fill(sliver.mask.pixels.begin(), sliver.mask.pixels.end(), std::uint8_t{255});
  EXPECT_EQ(split(sliver, 0).size(), 1u) << "a sliver is thinner than any item";
}

Image crop_of(const Thing& thing, std::uint64_t seed, double noise = 2) {
  Thing middle = thing;
  middle.x = drawing::kWidth / 2;
  middle.y = drawing::kHeight / 2;
  return draw({middle}, {.noise = noise}, seed);
}

TEST(Descriptor, DoesNotChangeWithRotation) {
  const auto vec = [](double turn, const Thing& thing) {
    Thing turned = thing;
    turned.turn = turn;
    const Image frame = crop_of(turned, 3);
    const auto blobs = blobs_of(frame, draw({}, {}, 1));
    const auto field = FlatField::create(draw({}, {}, 1).view(), {}, {120, 112, 104});
    const Image even = field->even(frame.view(), blobs.at(0).box);
    return *describe(even.view(), blobs.at(0).mask, blobs.at(0).size);
  };
  Thing other = kBread;
  other.body = {60, 60, 190};
  const Vector straight = vec(0, kBread);
  ASSERT_EQ(straight.size(), kDescriptorDims);
  EXPECT_LT(distance(straight, vec(90, kBread)), 0.1f);
  EXPECT_LT(distance(straight, vec(35, kBread)), 0.25f);
  EXPECT_GT(distance(straight, vec(35, other)), 2 * distance(straight, vec(35, kBread)));
}

// hand-1 is a format: galleries in the field hold its vectors. Sums over blocks of three pictures,
// so that any change of a constant, a weight or an order is seen.
TEST(Descriptor, KeepsItsGoldenVectors) {
  const Thing things[] = {kApple,
                          kBread,
                          {.form = Form::box,
                           .width = 60,
                           .height = 140,
                           .body = {160, 60, 40},
                           .print = {20, 20, 20}}};
  const std::size_t blocks[] = {0, 256, 320, 328, 392, 400, 464, 472, 482, 492, 500, 505};
  const std::vector<std::vector<double>> golden{
      {43.781919, 6.000000, 0.700000, 12.640873, 2.588346, 8.070456, 6.656255, 12.675435, 10.360538,
       7.937526, 53.227632},
      {28.975177, 6.996254, 0.700000, 12.688143, 4.175569, 9.587826, 5.770456, 13.832207, 8.784270,
       7.529089, 53.227632},
      {37.521125, 7.188448, 2.802469, 10.428341, 2.773944, 11.978650, 5.934894, 11.595824, 8.781807,
       7.862172, 53.227632}};
  for (std::size_t i = 0; i < std::size(things); ++i) {
    const Image picture = crop_of(things[i], 1, 0);
    Image mask(picture.width, picture.height, Pixel::grey8);
    for (int y = 100; y < 260; ++y) {
      for (int x = 230; x < 410; ++x) {
        mask.pixels[static_cast<std::size_t>(y * mask.width + x)] = 255;
      }
    }
    const auto vec = describe(picture.view(), mask, 5000);
    ASSERT_TRUE(vec);
    std::string seen;
    for (std::size_t b = 0; b + 1 < std::size(blocks); ++b) {
      double sum = 0;
      for (std::size_t k = blocks[b]; k < blocks[b + 1]; ++k) {
        sum += static_cast<double>((*vec)[k]) * (1 + static_cast<double>(k % 17));
      }
      seen += (b > 0 ? ", " : "") + std::to_string(sum);
      if (i >= golden.size()) continue;
      EXPECT_NEAR(sum, golden[i][b], 2e-3) << "picture " << i << ", block " << b;
    }
    if (i >= golden.size()) ADD_FAILURE() << "{" << seen << "}";
  }
}

TEST(Descriptor, TakesTheWholeCropWhereTheMaskIsEmpty) {
  const Image picture = crop_of(kApple, 1);
  const Image none(picture.width, picture.height, Pixel::grey8);
  EXPECT_EQ(*describe(picture.view(), none, 0), *describe(picture.view(), {}, 0));
  EXPECT_FALSE(describe({}, {}, 0));
  EXPECT_FALSE(describe(none.view(), {}, 0)) << "grey";
  EXPECT_FALSE(describe(picture.view(), Image(3, 3, Pixel::grey8), 0)) << "a mask of another size";
}

TEST(Descriptor, TakesCropsOfAnyShape) {
  for (const auto& [width, height] : {std::pair{1, 1}, {1, 900}, {900, 1}, {2, 3}, {17, 5}}) {
    Image crop(width, height, Pixel::bgr8);
    const auto vec = describe(crop.view(), {}, 10);
    ASSERT_TRUE(vec) << width << "x" << height;
    for (const float v : *vec) ASSERT_TRUE(std::isfinite(v)) << width << "x" << height;
  }
}

TEST(Descriptor, ComparesSizesOnlyWhereBothAreKnown) {
  const Image picture = crop_of(kApple, 1);
  const Vector small = *describe(picture.view(), {}, 1000),
               large = *describe(picture.view(), {}, 9000),
               unknown = *describe(picture.view(), {}, 0);
  EXPECT_GT(distance(small, large), 0.1f);
  EXPECT_EQ(distance(small, unknown), 0.0f);
}

TEST(View, SaysWhatIsWrongWithIt) {
  Image flat(100, 100, Pixel::bgr8);
  std::fill(flat.pixels.begin(), flat.pixels.end(), std::uint8_t{128});
  Image white = flat, dark = flat, mask(100, 100, Pixel::grey8);
  std::fill(white.pixels.begin(), white.pixels.end(), std::uint8_t{255});
  std::fill(dark.pixels.begin(), dark.pixels.end(), std::uint8_t{3});
  std::fill(mask.pixels.begin(), mask.pixels.end(), std::uint8_t{255});
  EXPECT_EQ(view_quality(crop_of(kApple, 1).view(), {})->fault, ViewFault::fine);
  EXPECT_EQ(view_quality(flat.view(), mask)->fault, ViewFault::blurred);
  EXPECT_EQ(view_quality(white.view(), mask)->fault, ViewFault::clipped);
  EXPECT_EQ(view_quality(dark.view(), mask)->fault, ViewFault::dark);
  EXPECT_EQ(shrunk(flat.view(), 50)->width, 50);
  EXPECT_EQ(shrunk(flat.view(), 500)->width, 100) << "never larger";
}

}  // namespace
}  // namespace trayline::vision
