// What a start writes and chooses: settings that the real loaders read back, ports, keys, locks.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <set>

#include "edge/gallery/gallery_file.hpp"
#include "edge/vision/descriptor.hpp"
#include "infra/pki/pki.hpp"
#include "lib/http/server.hpp"
#include "sim/tray/product.hpp"
#include "standalone/up/config_files.hpp"
#include "standalone/up/enrolment.hpp"
#include "standalone/up/ports.hpp"
#include "standalone/up/secrets.hpp"
#include "standalone/up/state_folder.hpp"

namespace trayline::up {
namespace {

class FilesTest : public testing::Test {
 protected:
  FilesTest() {
    std::string name = testing::TempDir() + "trayline-files-XXXXXX";
    folder_ = ::mkdtemp(name.data());
  }
  ~FilesTest() override { std::filesystem::remove_all(folder_); }
  Result<cloud::StoreFile> demo() const {
    EXPECT_TRUE(write_text(folder_ + "/store.toml", demo_store_text()));
    return cloud::load_store(folder_ + "/store.toml");
  }
  std::string folder_;
  SystemClock clock_;
  SystemRandom random_;
};

TEST_F(FilesTest, TheDemoStoreSellsWhatTheRendererPaints) {
  const Result<cloud::StoreFile> store = demo();
  ASSERT_TRUE(store) << store.error().detail;
  EXPECT_EQ(store->item.size(), tray::demo_menu().size());
  EXPECT_EQ(store->site.currency.str(), "EUR");
  EXPECT_FALSE(store->site.match_without_code);
  for (const cloud::ItemEntry& item : store->item) EXPECT_GT(item.price_minor, 0) << item.name;
  EXPECT_EQ(core_of(*store).id.value, "store-1");
}

TEST_F(FilesTest, CloudAndEdgeReadTheirSettingsBack) {
  const Result<cloud::StoreFile> store = demo();
  ASSERT_TRUE(store);
  Result<StateFolder> state = StateFolder::open(folder_ + "/state with \"quotes\"");
  ASSERT_TRUE(state) << state.error().detail;
  Wiring wiring;
  wiring.ports = {1001, 1002, 1003, 1004, 1005, 1006};
  wiring.secrets = *make_secrets(*state, random_);
  const auto certificates = make_certificates(*state, kEnv, "store-1", clock_);
  ASSERT_TRUE(certificates) << certificates.error().detail;
  wiring.certificates = *certificates;
  wiring.state_dir = state->dir();
  wiring.store_file = folder_ + "/store.toml";
  wiring.push_url = "http://127.0.0.1:1007/push";
  wiring.programs = "/programs";
  wiring.source = "pipe:/frames";
  ASSERT_TRUE(write_text(state->path("cloud.toml"), cloud_text(wiring)));
  ASSERT_TRUE(write_text(state->path("edge.toml"), edge_text(wiring, *store)));

  const auto cloud = cloud::load_settings(state->path("cloud.toml"));
  ASSERT_TRUE(cloud) << cloud.error().detail;
  EXPECT_EQ(cloud->listen.port, 1001);
  EXPECT_EQ(cloud->broker.port, 1003);
  EXPECT_EQ(cloud->payments.url, "http://127.0.0.1:1004");
  EXPECT_EQ(cloud->push.endpoint_url, wiring.push_url);
  const auto edge = agent::load_settings(state->path("edge.toml"));
  ASSERT_TRUE(edge) << edge.error().detail;
  EXPECT_EQ(edge->broker.port, 1002);
  EXPECT_EQ(edge->health_port, 1006);
  ASSERT_EQ(edge->function.size(), 2U);
  EXPECT_EQ(edge->function[0].config.text_at("source"), "pipe:/frames");
  EXPECT_EQ(edge->function[1].config.int_at("port"), 1005);
  EXPECT_EQ(*edge->function[1].config.at("screens", 0), Json("front"));
}

TEST_F(FilesTest, KeysAreSecretAndStayTheSame) {
  const Result<StateFolder> state = StateFolder::open(folder_);
  ASSERT_TRUE(state);
  const auto secrets = make_secrets(*state, random_);
  ASSERT_TRUE(secrets) << secrets.error().detail;
  const std::string key = read_text(secrets->secret_key);
  EXPECT_TRUE(key.starts_with("sk_test_")) << "a payment key of the wrong kind";
  struct stat info {};
  ASSERT_EQ(::stat(secrets->secret_key.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
  ASSERT_TRUE(make_secrets(*state, random_));
  EXPECT_EQ(read_text(secrets->secret_key), key);
}

TEST_F(FilesTest, CertificatesAreKeptUntilTheirEndIsNear) {
  const Result<StateFolder> state = StateFolder::open(folder_);
  ASSERT_TRUE(state);
  const auto first = make_certificates(*state, kEnv, "store-1", clock_);
  ASSERT_TRUE(first) << first.error().detail;
  const std::string cert = read_text(first->core.cert);
  ASSERT_TRUE(make_certificates(*state, kEnv, "store-1", clock_));
  EXPECT_EQ(read_text(first->core.cert), cert);
  ManualClock later(clock_.now() + pki::kDeviceLife - std::chrono::days(10));
  const auto renewed = make_certificates(*state, kEnv, "store-1", later);
  ASSERT_TRUE(renewed) << renewed.error().detail;
  EXPECT_NE(read_text(first->core.cert), cert);
}

TEST_F(FilesTest, OneLauncherAtATimeUsesAStateFolder) {
  {
    const Result<StateFolder> one = StateFolder::open(folder_);
    ASSERT_TRUE(one);
    const Result<StateFolder> two = StateFolder::open(folder_);
    ASSERT_FALSE(two);
    EXPECT_EQ(two.error().code, Code::conflict);
  }
  EXPECT_TRUE(StateFolder::open(folder_)) << "the lock ends with its holder";
}

TEST_F(FilesTest, AFolderOfPhotosNeedsItsReferenceAndItsGallery) {
  const Result<StateFolder> state = StateFolder::open(folder_ + "/state");
  const Result<cloud::StoreFile> store = demo();
  ASSERT_TRUE(state && store);
  const std::string photos = folder_ + "/photos";
  const auto nothing = photographed_eyes(*state, *store, photos);
  ASSERT_FALSE(nothing);
  EXPECT_NE(nothing.error().detail.find("reference.jpg is missing"), std::string::npos);
  ASSERT_TRUE(write_text(photos + "/reference.jpg", "a picture"));
  const auto no_gallery = photographed_eyes(*state, *store, photos);
  ASSERT_FALSE(no_gallery);
  EXPECT_NE(no_gallery.error().detail.find("menu.gallery is missing"), std::string::npos);
  ASSERT_TRUE(write_text(photos + "/menu.gallery", "no gallery"));
  const auto damaged = photographed_eyes(*state, *store, photos);
  ASSERT_FALSE(damaged) << "a gallery that the camera could not read is refused at once";
  std::filesystem::remove(photos + "/menu.gallery");
  const vision::Vector stranger(vision::kDescriptorDims, 0.01f);
  ASSERT_TRUE(gallery::add_negatives(photos + "/menu.gallery", {stranger}));
  const auto eyes = photographed_eyes(*state, *store, photos);
  ASSERT_TRUE(eyes) << eyes.error().detail;
  EXPECT_EQ(eyes->source, "dir:" + photos);
}

TEST(Ports, LaunchersChooseOneAfterTheOther) {
  std::atomic<bool> stop = false;
  PortsTurn first = PortsTurn::take(stop);
  ASSERT_TRUE(first.taken());
  std::atomic<bool> gone = true;
  EXPECT_FALSE(PortsTurn::take(gone).taken()) << "two had the turn";
  first = PortsTurn();
  EXPECT_TRUE(PortsTurn::take(stop).taken()) << "it was not given back";
}

TEST(Ports, TakenOnesAreReplacedByFreeOnesAndNamed) {
  Loop loop;
  http::Server taken(loop, {}, [](int status, std::string_view) { return http::Response{status}; });
  const auto port = taken.listen("127.0.0.1", 0);
  ASSERT_TRUE(port);
  Ports wished{0, 0, 0, *port, 0, 0};
  const auto chosen = choose_ports(wished);
  ASSERT_TRUE(chosen) << chosen.error().detail;
  ASSERT_EQ(chosen->replaced.size(), 1U);
  const std::string& told = chosen->replaced[0];
  EXPECT_NE(told.find(std::to_string(*port) + " is taken"), std::string::npos) << told;
  const Ports& p = chosen->ports;
  EXPECT_NE(p.stripe, *port);
  const std::set<std::uint16_t> all{p.cloud,  p.devices, p.cloud_hosts,
                                    p.stripe, p.screen,  p.health};
  EXPECT_EQ(all.size(), 6U) << "a port was given twice";
  EXPECT_FALSE(all.contains(0));
}

}  // namespace
}  // namespace trayline::up
