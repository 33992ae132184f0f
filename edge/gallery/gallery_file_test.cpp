// The gallery's file: what goes in comes out, and what does not belong is refused.
#include "edge/gallery/gallery_file.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "edge/gallery/half.hpp"
#include "edge/gallery/sql.hpp"
#include "lib/store/sqlite.hpp"

namespace trayline::gallery {
namespace {

using vision::SizeUnit;
using vision::Vector;

class GalleryFile : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("gallery-" + std::to_string(::getpid()) + "-" +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
    path_ = (folder_ / "menu.gallery").string();
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  static Vector vec(float seed) {
    Vector v(vision::kDescriptorDims);
    for (std::size_t i = 0; i < v.size(); ++i) {
      v[i] = std::abs(std::sin(seed + static_cast<float>(i) * 0.37f));
    }
    return v;
  }
  static Addition addition(const std::string& sku, std::vector<float> seeds) {
    Addition a;
    a.sku = sku;
    a.unit = SizeUnit::px;
    for (const float seed : seeds) a.views.push_back({vec(seed), 5000 + seed, {1, 2, 3}});
    return a;
  }

  std::filesystem::path folder_;
  std::string path_;
  Time now_ = from_ms(1'700'000'000'000);
};

TEST_F(GalleryFile, GivesBackWhatWasAdded) {
  Addition soup = addition("soup", {1, 2, 3});
  soup.name = "Tomato soup";
  soup.surface = vision::Colour{10.5f, 20, 30};
  const auto first = add(path_, soup, now_);
  ASSERT_TRUE(first) << first.error().detail;
  const auto second = add(path_, addition("bread", {4}), now_);
  ASSERT_TRUE(second) << second.error().detail;
  const auto third = add_negatives(path_, {vec(9), vec(9)});
  ASSERT_TRUE(third) << third.error().detail;
  EXPECT_LT(*first, *second) << "every change raises the version";
  EXPECT_LT(*second, *third) << "every change raises the version";

  const auto content = load(path_);
  ASSERT_TRUE(content) << content.error().detail;
  EXPECT_EQ(content->version, *third);
  EXPECT_EQ(content->unit, SizeUnit::px);
  EXPECT_EQ(content->surface, soup.surface);
  EXPECT_EQ(content->negatives.size(), 1u) << "the same negative twice is one";
  ASSERT_EQ(content->items.size(), 2u);
  EXPECT_EQ(content->items[0].sku, "bread");
  EXPECT_EQ(content->items[1].name, "Tomato soup");
  ASSERT_EQ(content->items[1].views.size(), 3u);
  for (const vision::View& view : content->items[1].views) {
    float nearest = 1;
    for (const float seed : {1.0f, 2.0f, 3.0f}) {
      nearest = std::min(nearest, vision::distance(view.vec, vec(seed)));
    }
    EXPECT_LT(nearest, 1e-4f) << "a vector came back as another one";
  }
  EXPECT_TRUE(vision::Gallery::create(*content));
}

TEST_F(GalleryFile, KeepsANameUntilAnotherIsGiven) {
  Addition named = addition("soup", {1});
  named.name = "Soup";
  ASSERT_TRUE(add(path_, named, now_));
  ASSERT_TRUE(add(path_, addition("soup", {2}), now_));
  EXPECT_EQ(load(path_)->items[0].name, "Soup");
}

TEST_F(GalleryFile, RefusesTheSamePictureUnderAnySku) {
  ASSERT_TRUE(add(path_, addition("soup", {1}), now_));
  const auto again = add(path_, addition("bread", {5, 1}), now_);
  ASSERT_FALSE(again) << "a picture was enrolled under two SKUs";
  EXPECT_EQ(again.error().code, Code::conflict) << again.error().detail;
  const auto content = load(path_);
  ASSERT_EQ(content->items.size(), 1u) << "a refused addition left something behind";
  EXPECT_EQ(content->version, 1);
}

TEST_F(GalleryFile, RefusesSizesOfAnotherUnit) {
  ASSERT_TRUE(add(path_, addition("soup", {1}), now_));
  Addition other = addition("bread", {2});
  other.unit = SizeUnit::mm2;
  const auto mixed = add(path_, other, now_);
  ASSERT_FALSE(mixed);
  EXPECT_EQ(mixed.error().code, Code::invalid_argument);
  EXPECT_NE(mixed.error().detail.find("use another gallery"), std::string::npos)
      << mixed.error().detail;
}

TEST_F(GalleryFile, RefusesBrokenAdditions) {
  const struct {
    const char* what;
    std::function<void(Addition&)> breaks;
  } cases[] = {
      {"a SKU with a space", [](Addition& a) { a.sku = "tomato soup"; }},
      {"an empty SKU", [](Addition& a) { a.sku = ""; }},
      {"no views", [](Addition& a) { a.views.clear(); }},
      {"a short vector", [](Addition& a) { a.views[0].vec.resize(3); }},
      {"a long name", [](Addition& a) { a.name.assign(kNameBytesMax + 1, 'x'); }},
      {"a large thumbnail", [](Addition& a) { a.views[0].thumb_jpeg.resize(kThumbBytesMax + 1); }},
  };
  for (const auto& c : cases) {
    Addition broken = addition("soup", {1});
    c.breaks(broken);
    EXPECT_FALSE(add(path_, broken, now_)) << c.what << " was taken";
  }
  EXPECT_FALSE(std::filesystem::exists(path_)) << "a refused addition made a file";
}

TEST_F(GalleryFile, SaysThatThereIsNoSuchFileAndMakesNone) {
  const auto absent = load(path_);
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, Code::not_found);
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(GalleryFile, RefusesAFileThatIsNoGallery) {
  std::ofstream(path_) << "this is a shopping list and not a database, whatever its name says";
  const auto wrong = load(path_);
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().detail.find("menu.gallery"), std::string::npos) << wrong.error().detail;
}

// Whether read or added to: a database of another program stays as it is, byte for byte.
TEST_F(GalleryFile, LeavesADatabaseOfAnotherProgramAlone) {
  const store::Migrations other{"other", {{"0001_a", "CREATE TABLE other_a (x TEXT)"}}};
  {
    const auto made = store::open_sqlite({.path = path_}, nullptr);
    ASSERT_TRUE(made && (*made)->migrate({&other}));
  }
  std::filesystem::remove(path_ + ".lock");
  const auto bytes = [this] {
    std::ifstream in(path_, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  const std::string before = bytes();
  const auto read = load(path_);
  const auto added = add(path_, addition("soup", {1}), now_);
  for (const std::string& said :
       {read ? "" : read.error().detail, added ? "" : added.error().detail}) {
    EXPECT_NE(said.find("no gallery"), std::string::npos) << said;
  }
  EXPECT_EQ(bytes(), before);
  EXPECT_FALSE(std::filesystem::exists(path_ + ".lock")) << "nor is it locked";
}

TEST_F(GalleryFile, IsReadWhileAnotherProcessHoldsIt) {
  ASSERT_TRUE(add(path_, addition("soup", {1}), now_));
  const auto holder = store::open_sqlite({.path = path_}, nullptr);
  ASSERT_TRUE(holder);
  EXPECT_TRUE(load(path_));
}

TEST_F(GalleryFile, TakesAnEmptyFileForANewGallery) {
  std::ofstream(path_).close();
  EXPECT_FALSE(load(path_));
  EXPECT_TRUE(add(path_, addition("soup", {1}), now_));
  EXPECT_TRUE(load(path_));
}

// What people hand around may be anything; the camera that reads it must not end over it.
TEST_F(GalleryFile, RefusesDamagedTablesWithoutFailingAnyCheck) {
  const char* damages[] = {
      "ALTER TABLE gallery_meta RENAME COLUMN format TO f",
      "ALTER TABLE gallery_view RENAME TO elsewhere",
      "UPDATE gallery_meta SET format = 'one'",
      "UPDATE gallery_meta SET embedder = x'00ff'",
      "UPDATE gallery_meta SET surface = 1.5",
      "UPDATE gallery_view SET vec = 12",
      "UPDATE gallery_view SET vec = x'ff'",
      "UPDATE gallery_view SET size_milli = '9e99'",
      "UPDATE store_migrations SET name = x'00'",
  };
  for (const char* damage : damages) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    ASSERT_TRUE(add(path_, addition("soup", {1, 2}), now_));
    {
      const auto store = store::open_sqlite({.path = path_}, nullptr);
      ASSERT_TRUE(store);
      const store::Statement statement{"gallery_test.damage", damage, {}};
      const auto done = (*store)->transaction([&](store::Session& session) -> Result<void> {
        const auto r = session.run(statement);
        return r ? Result<void>() : fail(r.error());
      });
      ASSERT_TRUE(done) << damage << ": " << done.error().detail;
    }
    const auto content = load(path_);
    ASSERT_FALSE(content) << damage;
    EXPECT_NE(content.error().detail.find(path_), std::string::npos) << content.error().detail;
  }
}

TEST_F(GalleryFile, RefusesAnotherEmbedder) {
  {
    auto store = store::open_sqlite({.path = path_}, nullptr);
    ASSERT_TRUE(store) << store.error().detail;
    ASSERT_TRUE((*store)->migrate({&sql::migrations}));
    ASSERT_TRUE((*store)->transaction([](store::Session& session) -> Result<void> {
      auto made = session.run(sql::insert_meta, {{"format", std::int64_t{kFormat}},
                                                 {"embedder", std::string("net-7")},
                                                 {"dim", std::int64_t{128}}});
      if (!made) return fail(made.error());
      return {};
    }));
  }
  for (const auto& error : {load(path_).error(), add(path_, addition("soup", {1}), now_).error()}) {
    EXPECT_NE(error.detail.find("made by the embedder 'net-7'"), std::string::npos) << error.detail;
    EXPECT_NE(error.detail.find("enrol"), std::string::npos) << error.detail;
  }
}

TEST(Half, RoundTripsEveryNumberItCanHold) {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const float value = from_half(half);
    if (std::isnan(value)) continue;
    ASSERT_EQ(to_half(value), half) << "bits " << bits << ", value " << value;
  }
}

TEST(Half, RoundsToTheNearest) {
  const struct {
    float value;
    std::uint16_t half;
  } cases[] = {{1.0f, 0x3C00},
               {1.0f + 0x1p-11f, 0x3C00},
               {1.0f + 0x1.8p-10f, 0x3C02},
               {65504.0f, 0x7BFF},
               {65520.0f, 0x7C00},
               {-2.0f, 0xC000},
               {0x1p-24f, 0x0001},
               {0.0f, 0x0000},
               {0x1.ff8p-15f, 0x03FF}};
  for (const auto& c : cases) EXPECT_EQ(to_half(c.value), c.half) << c.value;
}

TEST(Half, RefusesTextThatIsNoVector) {
  const Vector v{1, 2, 3};
  EXPECT_EQ(*from_text(to_text(v), 3), v);
  EXPECT_FALSE(from_text(to_text(v), 4)) << "of another length";
  EXPECT_FALSE(from_text("%%%", 3)) << "not base64";
  EXPECT_FALSE(from_text(to_text({1, 1e9f, 2}), 3)) << "infinite";
}

}  // namespace
}  // namespace trayline::gallery
