// A tray that was looked at once is looked at again: on a real store, a real gallery and rendered
// pictures; and what the comparison says of readings that differ.
#include "standalone/replay/replay.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "cloud/evidence/pictures.hpp"
#include "cloud/orders/rows.hpp"
#include "cloud/orders/sql.hpp"
#include "edge/camera/config.hpp"
#include "edge/camera/look.hpp"
#include "edge/gallery/picture.hpp"
#include "edge/vision/station.hpp"
#include "lib/base/digest.hpp"
#include "lib/store/sqlite.hpp"
#include "sim/tray/album.hpp"
#include "standalone/vision/vision.hpp"

namespace trayline::replay {
namespace {

namespace fs = std::filesystem;

orders::Order order_of(const std::vector<wire::SkuCount>& ordered) {
  orders::Order order;
  order.id = OrderId("order-1");
  order.code = "0123456789abcdef";
  order.number = "A1";
  order.state = wire::orders::State::paid;
  order.core = CoreId("c1");
  order.station = StationId("1");
  order.visit = VisitId("visit-1");
  order.prediction = PredictionId("prediction-1");
  order.total.currency = *Currency::parse("EUR");
  for (const wire::SkuCount& line : ordered) {
    order.lines.push_back({line.sku, line.sku.value, line.count, 100});
  }
  return order;
}

wire::SeenItem seen(const char* sku, double score = 0.9) {
  wire::SeenItem item;
  item.sku = Sku(sku);
  item.score = score;
  item.margin = 3;
  return item;
}

wire::Prediction prediction_of(std::vector<wire::SeenItem> items) {
  wire::Prediction prediction;
  prediction.items = std::move(items);
  prediction.verdict = wire::Verdict::confident;
  return prediction;
}

bool says(const Report& report, const std::string& text) {
  for (const std::string& why : report.why) {
    if (why.find(text) != std::string::npos) return true;
  }
  return false;
}

TEST(Compare, ItemsInAnotherOrderAreTheSameTray) {
  const Report report = compare(order_of({{Sku("a"), 1}, {Sku("b"), 2}}),
                                prediction_of({seen("a"), seen("b"), seen("b")}),
                                prediction_of({seen("b"), seen("a", 0.9001), seen("b")}));
  EXPECT_TRUE(report.same) << to_text(report);
  EXPECT_TRUE(report.why.empty());
  EXPECT_NEAR(report.score_difference, 0.0001, 1e-9);
}

TEST(Compare, WhatDiffersIsNamed) {
  const orders::Order order = order_of({{Sku("a"), 1}});
  const wire::Prediction stored = prediction_of({seen("a")});
  const Report items = compare(order, stored, prediction_of({seen("a"), seen("a")}));
  EXPECT_FALSE(items.same);
  EXPECT_TRUE(says(items, "items: 1 a stored, 2 a computed")) << to_text(items);
  wire::Prediction other = stored;
  other.verdict = wire::Verdict::review;
  EXPECT_TRUE(says(compare(order, stored, other), "verdict: confident stored, review computed"));
  other = stored;
  other.codes = {"QQ"};
  EXPECT_TRUE(says(compare(order, stored, other), "other codes were seen"));
}

TEST(Compare, AnotherGalleryIsNamedAsTheReason) {
  const orders::Order order = order_of({{Sku("a"), 1}});
  wire::Prediction stored = prediction_of({seen("a")});
  stored.versions.gallery = "3";
  wire::Prediction computed = prediction_of({seen("b")});
  computed.versions.gallery = "4";
  const Report report = compare(order, stored, computed);
  EXPECT_FALSE(report.same);
  EXPECT_TRUE(says(report, "the gallery is another one: version 3 then, 4 now")) << to_text(report);
}

// A store's folder with one order whose tray was looked at.
class Replay : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = fs::temp_directory_path() / ("trayline-replay-" + std::to_string(::getpid()));
    fs::create_directories(folder_ / "cloud");
    const std::vector<std::string> skus{"apple", "coffee", "green-salad"};
    ASSERT_TRUE(tray::write_enrolment(album("views", skus, 5)));
    for (const std::string& sku : skus) enrol(sku, "menu.gallery");
    ASSERT_TRUE(tray::write_stills(album("stills", skus, 1)));
    write_station();
    write_store();
  }
  static void TearDownTestSuite() { fs::remove_all(folder_); }

  static std::string path(const std::string& name) { return (folder_ / name).string(); }
  static void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }
  static std::string read(const std::string& name) {
    const Result<Bytes> bytes = gallery::read_file(path(name));
    EXPECT_TRUE(bytes) << name;
    return std::string(as_text(*bytes));
  }
  static tray::AlbumOptions album(const std::string& name, std::vector<std::string> skus,
                                  int count) {
    tray::AlbumOptions options;
    options.folder = path(name);
    options.skus = std::move(skus);
    options.count = count;
    return options;
  }
  static void enrol(const std::string& sku, const std::string& gallery) {
    vision_cli::EnrolOptions options;
    options.gallery = path(gallery);
    options.sku = sku;
    options.reference = path("views/reference.jpg");
    for (const auto& entry : fs::directory_iterator(folder_ / "views" / sku)) {
      options.photos.push_back(entry.path().string());
    }
    const auto report = vision_cli::enrol(options, SystemClock());
    ASSERT_TRUE(report) << sku << ": " << report.error().detail;
  }
  static void write_station() {
    vision::Station station;
    station.references = {{"stills/reference.jpg", "", ""}};
    write("station.json", vision::write_station(station));
  }
  static wire::Prediction look() {
    camera::Config config;
    config.station = path("station.json");
    config.gallery = path("menu.gallery");
    const auto gallery = camera::load_gallery(config.gallery);
    const auto station = camera::load_station(config.station);
    EXPECT_TRUE(gallery && station);
    const std::string image = read("stills/0000.jpg");
    const std::string reference = read("stills/reference.jpg");
    const auto seen = camera::look_at(as_bytes(image), as_bytes(reference), *station, *gallery);
    EXPECT_TRUE(seen) << seen.error().detail;
    wire::Prediction prediction;
    prediction.id = PredictionId("prediction-1");
    prediction.core = CoreId("c1");
    prediction.station = StationId("1");
    prediction.visit = VisitId("visit-1");
    prediction.versions = *camera::versions_of(config, *gallery);
    prediction.image = sha256_hex(image);
    prediction.reference = sha256_hex(reference);
    camera::describe_look(*seen, station->unit(), prediction);
    return prediction;
  }
  static void write_store() {
    const wire::Prediction prediction = look();
    ASSERT_FALSE(prediction.items.empty()) << "the rendered tray has things on it";
    std::vector<wire::SkuCount> ordered;
    for (const wire::SeenItem& item : prediction.items) ordered.push_back({item.sku, item.count});
    const orders::Order order = order_of(ordered);
    const auto store = store::open_sqlite({.path = path("cloud/cloud.db")}, nullptr);
    ASSERT_TRUE(store) << store.error().detail;
    ASSERT_TRUE((*store)->migrate({&orders::sql::migrations}));
    const auto written = (*store)->transaction([&](store::Session& session) -> Result<void> {
      store::Rows rows(orders::kInsertColumns);
      orders::add_insert(rows, order);
      if (auto r = session.run(orders::sql::insert_orders, rows); !r) return fail(r.error());
      store::Rows lines(orders::kLineColumns);
      orders::add_lines(lines, order);
      if (auto r = session.run(orders::sql::insert_lines, lines); !r) return fail(r.error());
      store::Rows kept(8);
      kept.add("c1", "prediction-1", "hash", "1", "visit-1", order.id.value, "charged",
               to_json_text(prediction));
      const auto r = session.run(orders::sql::insert_predictions, kept, {{"now", 1}});
      return r ? Result<void>() : fail(r.error());
    });
    ASSERT_TRUE(written) << written.error().detail;
    const auto pictures = evidence::Pictures::open(path("cloud/evidence"));
    ASSERT_TRUE(pictures);
    ASSERT_TRUE((*pictures)->put(prediction.image, read("stills/0000.jpg")));
    ASSERT_TRUE((*pictures)->put(prediction.reference, read("stills/reference.jpg")));
    image_ =
        path("cloud/evidence/" + prediction.image.substr(0, 2) + "/" + prediction.image) + ".jpg";
    write("cloud.toml",
          "data_dir = 'cloud'\nstore_file = 'store.toml'\n[payments]\nsecret_key_file = 'k'\n"
          "publishable_key_file = 'k'\nwebhook_secret_files = []\n");
  }
  static Options options() {
    return {.order = "order-1",
            .state = folder_.string(),
            .config = "",
            .gallery = path("menu.gallery"),
            .station = path("station.json")};
  }

  static fs::path folder_;
  static std::string image_;
};
fs::path Replay::folder_;
std::string Replay::image_;

TEST_F(Replay, TheStoredPicturesGiveTheSameAgain) {
  const auto report = replay(options());
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_TRUE(report->same) << to_text(*report);
  EXPECT_LT(report->score_difference, 1e-12) << "on one machine only JSON rounds the scores";
  EXPECT_EQ(report->stored.verification.kind, report->computed.verification.kind);
  EXPECT_EQ(to_json(*report).at("stored", "items")->dump(),
            to_json(*report).at("computed", "items")->dump());
}

TEST_F(Replay, ItRunsBesideTheProcessThatOwnsTheStore) {
  const auto owner = store::open_sqlite({.path = path("cloud/cloud.db")}, nullptr);
  ASSERT_TRUE(owner) << owner.error().detail;
  const auto report = replay(options());
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_TRUE(report->same);
}

TEST_F(Replay, AnOrderThatIsNotThereIsNamed) {
  Options other = options();
  other.order = "order-2";
  const auto report = replay(other);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Code::not_found);
  EXPECT_NE(report.error().detail.find("order-2"), std::string::npos) << report.error().detail;
}

TEST_F(Replay, WithoutAnEdgeInTheStateFolderTheGalleryHasToBeNamed) {
  Options bare = options();
  bare.gallery.clear();
  const auto report = replay(bare);
  ASSERT_FALSE(report);
  EXPECT_NE(report.error().detail.find("--gallery"), std::string::npos) << report.error().detail;
}

TEST_F(Replay, ADamagedOrMissingPictureIsNeverLookedAt) {
  const std::string whole = read(fs::relative(image_, folder_).string());
  std::ofstream(image_, std::ios::binary) << whole.substr(0, whole.size() / 2);
  const auto damaged = replay(options());
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().code, Code::conflict) << damaged.error().detail;
  fs::remove(image_);
  const auto missing = replay(options());
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::not_found) << missing.error().detail;
  std::ofstream(image_, std::ios::binary) << whole;
}

TEST_F(Replay, AGalleryThatHasLearnedSinceIsNamed) {
  ASSERT_TRUE(tray::write_enrolment(album("views", {"bread-roll"}, 5)));
  fs::copy_file(path("menu.gallery"), path("newer.gallery"));
  enrol("bread-roll", "newer.gallery");
  Options other = options();
  other.gallery = path("newer.gallery");
  const auto report = replay(other);
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_TRUE(says(*report, "the gallery is another one")) << to_text(*report);
}

}  // namespace
}  // namespace trayline::replay
