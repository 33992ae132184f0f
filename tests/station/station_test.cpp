// Rendered trays before the real eyes: codes, items, visits, and that pictures alone decide.
#include <gtest/gtest.h>

#include <fstream>

#include "edge/camera/codes.hpp"
#include "edge/camera/look.hpp"
#include "edge/gallery/picture.hpp"
#include "lib/base/digest.hpp"
#include "sim/tray/album.hpp"
#include "sim/tray/dice.hpp"
#include "tests/station/eye.hpp"

namespace trayline::station {
namespace {

std::string token(std::uint64_t seed) {
  tray::Dice dice(seed);
  std::string bytes;
  for (int i = 0; i < 21; ++i) bytes.push_back(static_cast<char>(dice.below(256)));
  return bytes;
}

TEST(Codes, AreReadInThirtyOfThirtyTrays) {
  tray::Shelf shelf;
  tray::Renderer renderer(kStationSeed, shelf);
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    tray::Scene scene;
    const tray::CodeCard card{token(seed), {}, seed % 3 == 0};
    ASSERT_TRUE(tray::lay(scene, {{"apple", "coffee", "bread-roll"}, card, {}}, shelf, seed));
    const auto frame = tray::render_tray(scene, seed, renderer);
    const auto jpeg = gallery::encode_jpeg(frame->view(), camera::kJpegQuality);
    const auto picture = gallery::decode_picture(*jpeg);
    const auto codes = camera::read_codes(picture->view());
    ASSERT_EQ(codes.size(), 1U) << "no code was read in the tray of seed " << seed;
    EXPECT_EQ(to_hex(as_bytes(codes[0].bytes)), to_hex(as_bytes(card.bytes)));
  }
}

TEST(Codes, ThereAreNoneOnATrayWithoutAny) {
  tray::Shelf shelf;
  tray::Renderer renderer(kStationSeed, shelf);
  tray::Scene scene;
  ASSERT_TRUE(tray::lay(scene, {{"apple", "sandwich", "orange-juice"}, {}, {}}, shelf, 1));
  EXPECT_TRUE(camera::read_codes(tray::render_tray(scene, 1, renderer)->view()).empty());
  EXPECT_TRUE(camera::read_codes({}).empty());
}

TEST(Look, SeesItemsBesideACardOrAPhoneAndNotTheCarrier) {
  const vision::Gallery& gallery = enrolled();
  tray::Shelf shelf;
  tray::Renderer renderer(kStationSeed, shelf);
  int right = 0;
  constexpr int kTrays = 20;
  for (std::uint64_t seed = 1; seed <= kTrays; ++seed) {
    tray::Dice dice(seed);
    std::vector<std::string> skus;
    for (int i = 0; i < 1 + dice.below(4); ++i) {
      skus.push_back(tray::demo_menu()[static_cast<std::size_t>(dice.below(10))].sku);
    }
    tray::Scene scene;
    const tray::CodeCard card{token(seed), {}, seed % 2 == 0};
    ASSERT_TRUE(tray::lay(scene, {skus, card, {}}, shelf, tray::mix(seed, 4711)));
    const auto frame = tray::render_tray(scene, tray::mix(seed, 4712), renderer);
    const auto seen = camera::look(frame->view(), station_of(tray::mix(seed, 4713)), gallery);
    ASSERT_TRUE(seen) << seen.error().detail;
    EXPECT_EQ(seen->codes.size(), 1U);
    const std::string truth = told(tray::counted(scene));
    const bool exact = told(seen->tray.counts()) == truth;
    right += exact;
    if (!exact) {
      std::printf("seed %d: on the tray %s, seen %s\n", static_cast<int>(seed), truth.c_str(),
                  told(seen->tray.counts()).c_str());
    }
  }
  EXPECT_GE(right, kTrays - 1) << "of 20 easy trays";
}

TEST(Station, OneTrayIsOneVisitWithOnePredictionAndANudgeGivesTheNext) {
  Show show(3);
  EXPECT_TRUE(show.wait(1000).empty()) << "an empty tray was predicted";
  const auto put = show.play(
      R"({"put":{"items":[{"sku":"tomato-soup"},{"sku":"bread-roll"}],"qr":"order-one"}})");
  ASSERT_EQ(put.size(), 1U);
  EXPECT_EQ(told(put[0]), "bread-roll x1, tomato-soup x1");
  EXPECT_EQ(put[0].verdict, wire::Verdict::confident);
  EXPECT_EQ(put[0].codes, std::vector<std::string>{to_base64url(as_bytes("order-one"))});
  EXPECT_EQ(put[0].number, 1);
  EXPECT_FALSE(put[0].visit_uncertain);
  EXPECT_EQ(wire::problem_of(put[0]), "");
  EXPECT_TRUE(show.wait(3000).empty()) << "a still tray was predicted again";
  const auto nudged = show.play(R"({"nudge":true})");
  ASSERT_EQ(nudged.size(), 1U);
  EXPECT_EQ(nudged[0].visit, put[0].visit);
  EXPECT_EQ(nudged[0].number, 2);
  EXPECT_EQ(told(nudged[0]), told(put[0]));
  const auto added = show.play(R"({"add":{"sku":"apple"}})");
  ASSERT_EQ(added.size(), 1U);
  EXPECT_EQ(told(added[0]), "apple x1, bread-roll x1, tomato-soup x1");
  EXPECT_TRUE(show.play(R"({"remove":true})").empty());
  EXPECT_FALSE(show.camera().visit()) << "the visit outlived its tray";
  const auto next = show.play(R"({"put":{"items":[{"sku":"coffee"}]}})");
  ASSERT_EQ(next.size(), 1U);
  EXPECT_NE(next[0].visit, put[0].visit);
  EXPECT_EQ(next[0].number, 1);
}

TEST(Station, FlickeringLightChangesNothing) {
  Show show(4);
  show.flicker(0.03F);
  EXPECT_TRUE(show.wait(2000).empty());
  const auto put = show.play(R"({"put":{"items":[{"sku":"yoghurt"}]}})", 4000);
  ASSERT_EQ(put.size(), 1U);
  EXPECT_EQ(told(put[0]), "yoghurt x1");
}

TEST(Station, ARestartKeepsTheVisitAndMarksIt) {
  Show show(5);
  const auto before = show.play(R"({"put":{"items":[{"sku":"apple"}]}})");
  ASSERT_EQ(before.size(), 1U);
  show.restart();
  const auto after = show.wait(2000);
  ASSERT_EQ(after.size(), 1U);
  EXPECT_EQ(after[0].visit, before[0].visit);
  EXPECT_EQ(after[0].number, 2);
  EXPECT_TRUE(after[0].visit_uncertain);
  EXPECT_EQ(after[0].reference, before[0].reference);
  show.play(R"({"remove":true})");
  show.restart();
  EXPECT_FALSE(show.camera().visit());
}

TEST(Station, ATrayTakenAwayDuringARestartEndsTheVisit) {
  Show show(6);
  ASSERT_EQ(show.play(R"({"put":{"items":[{"sku":"apple"}]}})").size(), 1U);
  std::string kept;
  std::getline(std::ifstream(show.folder().path("work/visit.json")), kept);
  show.play(R"({"remove":true})");
  std::ofstream(show.folder().path("work/visit.json")) << kept;
  show.restart();
  EXPECT_TRUE(show.camera().visit());
  EXPECT_TRUE(show.wait(2000).empty());
  EXPECT_FALSE(show.camera().visit());
}

TEST(Station, WhatTheHubRefusesWaitsAndTheNewerReadingReplacesIt) {
  Show show(7);
  show.refuse(true);
  EXPECT_TRUE(show.play(R"({"put":{"items":[{"sku":"apple"}]}})").empty());
  EXPECT_TRUE(show.play(R"({"add":{"sku":"coffee"}})").empty());
  EXPECT_EQ(show.camera().waiting(), 1U);
  show.refuse(false);
  ASSERT_TRUE(show.camera().publish_waiting());
  const auto said = show.wait(0);
  ASSERT_EQ(said.size(), 1U);
  EXPECT_EQ(told(said[0]), "apple x1, coffee x1");
}

TEST(Station, TheStoredPicturesGiveTheSamePredictionAgain) {
  Show show(8);
  const auto put =
      show.play(R"({"put":{"items":[{"sku":"green-salad"},{"sku":"orange-juice"}],"qr":"x"}})");
  ASSERT_EQ(put.size(), 1U);
  const auto frame = gallery::read_file(show.folder().path("handover/" + put[0].image));
  const auto reference = gallery::read_file(show.folder().path("handover/" + put[0].reference));
  ASSERT_TRUE(frame && reference);
  EXPECT_EQ(sha256_hex(as_text(*frame)), put[0].image) << "the name is the picture's hash";
  vision::Station station;
  station.px_per_mm = tray::kPxPerMm;
  const auto again = camera::look_at(*frame, *reference, station, enrolled());
  ASSERT_TRUE(again);
  wire::Prediction replayed = put[0];
  replayed.codes.clear();
  replayed.items.clear();
  replayed.alternatives.clear();
  camera::describe_look(*again, vision::SizeUnit::mm2, replayed);
  EXPECT_EQ(to_json_text(replayed), to_json_text(put[0]));
}

// Stills, their truth files, and the eyes between them.
TEST(Stills, OutcomesFollowThePicturesNotTheTruthFiles) {
  namespace fs = std::filesystem;
  const Folder folder;
  tray::AlbumOptions options;
  options.folder = folder.path("stills");
  options.count = 2;
  options.seed = 2;
  ASSERT_TRUE(tray::write_stills(options));
  const vision::Gallery& gallery = enrolled();
  const auto read = [&](const std::string& name) {
    const auto bytes = gallery::read_file(options.folder + "/" + name);
    EXPECT_TRUE(bytes) << name;
    return *bytes;
  };
  const auto see = [&](const std::string& name) {
    vision::Station station;
    station.px_per_mm = tray::kPxPerMm;
    const auto seen = camera::look_at(read(name), read("reference.jpg"), station, gallery);
    return seen ? told(seen->tray.counts()) : seen.error().detail;
  };
  const auto truth = [&](const std::string& name) {
    return told(*parse_json(as_text(read(name)))->at("items"));
  };
  const std::string first = see("0000.jpg");
  const std::string second = see("0001.jpg");
  ASSERT_NE(first, second);
  EXPECT_EQ(first, truth("0000.json"));
  EXPECT_EQ(second, truth("0001.json"));
  const fs::path at(options.folder);
  fs::rename(at / "0000.jpg", at / "swap.jpg");
  fs::rename(at / "0001.jpg", at / "0000.jpg");
  fs::rename(at / "swap.jpg", at / "0001.jpg");
  EXPECT_EQ(see("0000.jpg"), second) << "the outcome stayed although the picture was swapped";
  EXPECT_EQ(see("0001.jpg"), first);
  fs::rename(at / "0000.json", at / "swap.json");
  fs::rename(at / "0001.json", at / "0000.json");
  fs::rename(at / "swap.json", at / "0001.json");
  EXPECT_EQ(see("0000.jpg"), second) << "the outcome followed a truth file";
}

}  // namespace
}  // namespace trayline::station
