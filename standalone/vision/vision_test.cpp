// The commands on files: whole photos, and trays drawn here against a reference.
#include "standalone/vision/vision.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "edge/gallery/picture.hpp"
#include "lib/base/random.hpp"
#include "standalone/vision/verify_against_order.hpp"

namespace trayline::vision_cli {
namespace {

namespace fs = std::filesystem;
using vision::Image;
using vision::Pixel;

// What is drawn: a disc with a stripe across it.
struct Drawn {
  int x, y, radius;
  std::array<int, 3> body, stripe;
};
constexpr std::array<int, 3> kRed{40, 40, 200}, kGreen{60, 180, 50}, kYellow{40, 200, 230},
    kPurple{150, 40, 120}, kWhite{235, 235, 235};

Image draw(const std::vector<Drawn>& things, std::uint64_t seed) {
  Image image(480, 360, Pixel::bgr8);
  SeededRandom random(seed);
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      std::array<int, 3> colour{120, 110, 100};
      for (const Drawn& d : things) {
        if (std::hypot(x - d.x, y - d.y) > d.radius) continue;
        colour = std::abs(y - d.y) < d.radius / 4 ? d.stripe : d.body;
      }
      for (std::size_t c = 0; c < 3; ++c) {
        const int noise = static_cast<int>(random.below(5)) - 2;
        const auto at = (static_cast<std::size_t>(y) * 480 + static_cast<std::size_t>(x)) * 3 + c;
        image.pixels[at] = static_cast<std::uint8_t>(std::clamp(colour[c] + noise, 0, 255));
      }
    }
  }
  return image;
}

class VisionCli : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        fs::temp_directory_path() / ("vision-cli-" + std::to_string(::getpid()) + "-" +
                                     testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directories(folder_);
    reference_ = photo("empty", {});
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string photo(const std::string& name, const std::vector<Drawn>& things) {
    const auto bytes = gallery::encode_jpeg(draw(things, ++seed_).view(), 95);
    std::ofstream(path(name + ".jpg"), std::ios::binary) << as_text(*bytes);
    return path(name + ".jpg");
  }
  Result<EnrolReport> enrol_views(const std::string& sku, const std::vector<std::string>& photos) {
    EnrolOptions options;
    options.gallery = path("menu.gallery");
    options.sku = sku;
    options.reference = reference_;
    options.photos = photos;
    return enrol(options, clock_);
  }
  // Five places of one thing.
  Result<EnrolReport> enrol_thing(const std::string& sku, Drawn thing) {
    std::vector<std::string> photos;
    for (int i = 0; i < 5; ++i) {
      thing.x = 90 + 70 * i;
      thing.y = 120 + 30 * (i % 3);
      photos.push_back(photo(sku + std::to_string(i), {thing}));
    }
    return enrol_views(sku, photos);
  }
  Result<Json> predict_manifest(const std::string& manifest) {
    std::ofstream(path("manifest.json")) << manifest;
    return predict({path("menu.gallery"), path("manifest.json")});
  }

  fs::path folder_;
  std::string reference_;
  std::uint64_t seed_ = 0;
  ManualClock clock_{from_ms(1'700'000'000'000)};
};

TEST_F(VisionCli, ReadsTraysAndComparesThemWithOrders) {
  ASSERT_TRUE(enrol_thing("apple", {0, 0, 40, kRed, kYellow}));
  ASSERT_TRUE(enrol_thing("salad", {0, 0, 55, kGreen, kWhite}));
  const auto last = enrol_thing("plum", {0, 0, 40, kPurple, kWhite});
  ASSERT_TRUE(last) << last.error().detail;
  EXPECT_EQ(last->added, 5u);
  EXPECT_EQ(last->recognised, 5u) << "leave-one-out of clearly different things";
  EXPECT_FALSE(last->confusing);

  photo("tray", {{100, 120, 40, kRed, kYellow},
                 {250, 200, 55, kGreen, kWhite},
                 {390, 120, 40, kRed, kYellow}});
  photo("stranger", {{100, 120, 40, kRed, kYellow}, {300, 200, 48, {200, 120, 20}, {20, 20, 20}}});
  const auto out = predict_manifest(R"({"frames": [
    {"frame": "tray.jpg", "reference": "empty.jpg"},
    {"frame": "tray.jpg", "reference": "empty.jpg",
     "order": [{"sku": "apple", "count": 2}, {"sku": "salad", "count": 1}]},
    {"frame": "tray.jpg", "reference": "empty.jpg", "order": [{"sku": "apple", "count": 1}]},
    {"frame": "tray.jpg", "reference": "empty.jpg",
     "order": [{"sku": "apple", "count": 2}, {"sku": "plum", "count": 1}]},
    {"frame": "stranger.jpg", "reference": "empty.jpg"},
    {"frame": "stranger.jpg", "reference": "empty.jpg",
     "order": [{"sku": "apple", "count": 1}, {"sku": "salad", "count": 1}]},
    {"frame": "empty.jpg", "reference": "empty.jpg"}]})");
  ASSERT_TRUE(out) << out.error().detail;
  const auto verdict = [&](int i) { return out->at(i)->text_at("verdict"); };
  EXPECT_EQ(verdict(0), "confident") << out->dump();
  EXPECT_EQ(out->at(0, "items", 0)->text_at("sku"), "apple");
  EXPECT_EQ(out->at(0, "items", 0)->int_at("count"), 2);
  EXPECT_EQ(out->at(0, "items", 1)->text_at("sku"), "salad");
  EXPECT_EQ(verdict(1), "match");
  EXPECT_NE(verdict(2), "match") << "two things more than ordered";
  EXPECT_EQ(verdict(3), "mismatch") << "a salad where a plum was ordered";
  EXPECT_EQ(verdict(4), "unknown") << out->at(4)->dump();
  EXPECT_NE(verdict(5), "match") << "something that is not enrolled is on the tray";
  EXPECT_EQ(verdict(6), "review") << "an empty tray is never charged";
  EXPECT_TRUE(out->at(6, "items")->as_array()->empty());
}

TEST_F(VisionCli, SaysOfEveryRefusedPhotoWhy) {
  const Drawn apple{240, 180, 40, kRed, kYellow};
  const std::string good = photo("good", {apple});
  photo("two", {apple, {100, 100, 40, kGreen, kWhite}});
  photo("cut", {{10, 180, 40, kRed, kYellow}});
  photo("nothing", {});
  std::ofstream(path("text.jpg")) << "no picture";
  const auto small = gallery::encode_jpeg(Image(100, 100, Pixel::bgr8).view(), 90);
  std::ofstream(path("black.jpg"), std::ios::binary) << as_text(*small);
  const auto report =
      enrol_views("apple", {good, good, path("two.jpg"), path("cut.jpg"), path("nothing.jpg"),
                            path("text.jpg"), path("absent.jpg"), path("black.jpg")});
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_EQ(report->added, 1u);
  const char* expected[] = {"twice",          "2 things",     "cut off", "nothing can be seen",
                            "neither a JPEG", "no such file", "black"};
  ASSERT_EQ(report->refused.size(), std::size(expected));
  for (std::size_t i = 0; i < std::size(expected); ++i) {
    EXPECT_NE(report->refused[i].why.find(expected[i]), std::string::npos)
        << report->refused[i].photo << ": " << report->refused[i].why;
  }
  const auto again = enrol_views("pear", {good});
  ASSERT_FALSE(again) << "one picture was enrolled under two SKUs";
  EXPECT_NE(again.error().detail.find("enrolled already, as apple"), std::string::npos)
      << again.error().detail;
}

TEST_F(VisionCli, TellsWhichItemsAreConfusing) {
  ASSERT_TRUE(enrol_thing("apple", {0, 0, 40, kRed, kYellow}));
  const auto twin = enrol_thing("same-apple", {0, 0, 40, kRed, kYellow});
  ASSERT_TRUE(twin) << twin.error().detail;
  EXPECT_EQ(twin->nearest_sku, "apple");
  EXPECT_TRUE(twin->confusing) << "recognised " << twin->recognised << " of " << twin->checked;
  photo("tray", {{200, 200, 40, kRed, kYellow}});
  const auto out =
      predict_manifest(R"({"frames": [{"frame": "tray.jpg", "reference": "empty.jpg"}]})");
  ASSERT_TRUE(out) << out.error().detail;
  EXPECT_EQ(out->at(0)->text_at("verdict"), "review") << "either of two twins: a person decides";
}

TEST_F(VisionCli, AnswersForEveryFrameAlsoForBrokenOnes) {
  ASSERT_TRUE(enrol_thing("apple", {0, 0, 40, kRed, kYellow}));
  std::ofstream(path("text.jpg")) << "no picture";
  const auto small = gallery::encode_jpeg(draw({}, 1).view(), 90);
  Image other(200, 100, Pixel::bgr8);
  std::fill(other.pixels.begin(), other.pixels.end(), std::uint8_t{90});
  std::ofstream(path("other.jpg"), std::ios::binary)
      << as_text(*gallery::encode_jpeg(other.view(), 90));
  const auto out = predict_manifest(R"({"frames": [
    {"frame": "text.jpg"}, {"frame": "absent.jpg", "order": []},
    {"frame": "other.jpg", "reference": "empty.jpg"},
    {"frame": "empty.jpg", "reference": "absent.jpg"}]})");
  ASSERT_TRUE(out) << out.error().detail;
  ASSERT_EQ(out->as_array()->size(), 4u);
  const char* says[] = {"neither", "no such file", "480x360", "no such file"};
  for (int i = 0; i < 4; ++i) {
    EXPECT_NE(out->at(i)->text_at("error").find(says[i]), std::string::npos) << out->at(i)->dump();
    EXPECT_EQ(out->at(i)->text_at("verdict"), i == 1 ? "unsure" : "unknown");
  }
}

TEST_F(VisionCli, RefusesBrokenManifestsAndMissingGalleries) {
  EXPECT_EQ(predict_manifest(R"({"frames": []})").error().code, Code::not_found)
      << "there is no gallery yet";
  ASSERT_TRUE(enrol_thing("apple", {0, 0, 40, kRed, kYellow}));
  for (const char* broken :
       {"", "[]", R"({"frames": [{}]})", R"({"frames": [{"frame": 7}]})",
        R"({"frames": [{"frame": "a.jpg", "order": [{"sku": "x", "count": 0}]}]})"}) {
    EXPECT_FALSE(predict_manifest(broken)) << broken;
  }
  EXPECT_TRUE(predict_manifest(R"({"frames": []})")->as_array()->empty());
}

TEST_F(VisionCli, EmbedsWholePhotos) {
  const auto out = embed({photo("a", {{200, 200, 40, kRed, kYellow}})});
  ASSERT_TRUE(out) << out.error().detail;
  EXPECT_EQ(out->text_at("embedder"), "hand-1");
  EXPECT_EQ(out->at("vectors", 0, "vec")->as_array()->size(), 505u);
  EXPECT_FALSE(embed({path("absent.jpg")}));
}

// Photographs of groceries: enrolled from the first half of each class, tested on the second, so
// that no photo has a neighbour of its series on the other side.
TEST_F(VisionCli, RecognisesPhotographsWithoutReference) {
  const fs::path photos = fs::path(TRAYLINE_SOURCE_DIR) / "../shared/data/grocery/photos";
  if (!fs::exists(photos)) GTEST_SKIP() << "absent: ../shared/data/grocery (photographs)";
  const char* classes[] = {"Avocado", "Banana",         "Beef-Tomato",     "Cabbage",    "Ginger",
                           "Lemon",   "Oatly-Oat-Milk", "Red-Bell-Pepper", "Watermelon", "Leek"};
  std::string frames;
  std::vector<std::string> truth;
  for (const char* name : classes) {
    std::vector<std::string> files;
    for (const auto& entry : fs::directory_iterator(photos / name)) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    EnrolOptions options;
    options.gallery = path("menu.gallery");
    options.sku = name;
    const std::size_t half = files.size() / 2;
    for (std::size_t i = 0; i < 5; ++i) options.photos.push_back(files[i * half / 5]);
    const auto report = enrol(options, clock_);
    ASSERT_TRUE(report) << report.error().detail;
    EXPECT_EQ(report->added, 5u) << name << ": a fit photo was refused: "
                                 << (report->refused.empty() ? "" : report->refused[0].why);
    for (std::size_t i = half + 1; i < files.size(); ++i) {
      frames += (frames.empty() ? "" : ",") + ("{\"frame\": \"" + files[i] + "\"}");
      truth.push_back(name);
    }
  }
  const auto out = predict_manifest("{\"frames\": [" + frames + "]}");
  ASSERT_TRUE(out) << out.error().detail;
  std::size_t right = 0, sure = 0, sure_right = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const Json& answer = *out->at(i);
    const bool ok = answer.text_at("best") == truth[i];
    right += ok;
    if (answer.text_at("verdict") != "confident") continue;
    ++sure;
    sure_right += ok;
  }
  const double top1 = static_cast<double>(right) / static_cast<double>(truth.size());
  std::printf(
      "top-1 of 10 classes, 5 views: %.3f of %zu photos; confident %zu, of those right %zu\n", top1,
      truth.size(), sure, sure_right);
  EXPECT_GT(top1, 0.65) << "chance is 0.1";
  EXPECT_GT(static_cast<double>(sure_right), 0.9 * static_cast<double>(sure))
      << "what is called confident has to be right";
}

}  // namespace
}  // namespace trayline::vision_cli
