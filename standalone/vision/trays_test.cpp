// Rendered trays through the commands: enrolled by `enrol`, read by `predict`. The figures are
// printed; the bounds are far below them, so that only a broken pipeline fails.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "edge/gallery/picture.hpp"
#include "sim/tray/dice.hpp"
#include "sim/tray/render.hpp"
#include "sim/tray/scene.hpp"
#include "standalone/vision/vision.hpp"

namespace trayline::vision_cli {
namespace {

namespace fs = std::filesystem;

constexpr int kMenu = 40;
constexpr int kViews = 5;
constexpr double kPxPerMm = 2;

struct Cell {
  const char* name;
  float light = 0.06f;  // strength of the frame's light against the reference's
  bool touching = false;
  bool stranger = false;  // one thing is not on the menu
  int trays = 20;
};

struct Figures {
  int trays = 0, exact = 0, accepted = 0, accepted_right = 0, flagged = 0;
  int matches_on_right = 0, wrong_charges = 0;
};

class Trays : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("vision-trays-" + std::to_string(::getpid()));
    fs::create_directories(folder_);
    for (const tray::Product& product : tray::demo_menu()) menu_.push_back(product.sku);
    for (int i = 0; static_cast<int>(menu_.size()) < kMenu; ++i) {
      menu_.push_back("made-" + std::to_string(i));
      if (i % 4 == 0) menu_.push_back("made-" + std::to_string(i) + "-twin");
    }
    menu_.resize(kMenu);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string photo(const std::string& name, const tray::Scene& scene, const tray::Light& light,
                    std::uint64_t seed) {
    const auto frame = renderer_.render(scene, light, seed);
    EXPECT_TRUE(frame) << frame.error().detail;
    const auto bytes = gallery::encode_jpeg(frame->view(), 85);
    const std::string path = (folder_ / (name + ".jpg")).string();
    std::ofstream(path, std::ios::binary) << as_text(*bytes);
    return path;
  }
  tray::Scene laid(const std::vector<std::string>& skus, bool touching, std::uint64_t seed) {
    tray::Scene scene;
    tray::Wanted wanted{skus, {}, {}};
    wanted.spacing.touching = touching;
    const auto done = tray::lay(scene, wanted, shelf_, seed);
    EXPECT_TRUE(done) << done.error().detail;
    return scene;
  }
  void enrol_menu() {
    const tray::Light light = tray::light_of(1);
    const std::string reference = photo("empty", {}, light, 1);
    for (const std::string& sku : menu_) {
      EnrolOptions options;
      options.gallery = (folder_ / "menu.gallery").string();
      options.sku = sku;
      options.reference = reference;
      options.px_per_mm = kPxPerMm;
      for (int v = 0; v < kViews; ++v) {
        const std::uint64_t seed = tray::mix(tray::seed_of(sku), static_cast<std::uint64_t>(v));
        options.photos.push_back(
            photo("view" + std::to_string(v), laid({sku}, false, seed), light, seed));
      }
      const auto report = enrol(options, clock_);
      ASSERT_TRUE(report) << sku << ": " << report.error().detail;
      EXPECT_EQ(report->added, static_cast<std::size_t>(kViews))
          << sku << ": " << (report->refused.empty() ? "" : report->refused[0].why);
    }
  }

  struct Laid {
    std::map<std::string, int> truth;
    std::string right_order, wrong_order;
  };
  // The manifest of a cell: every tray without an order, with its own, and with one unit swapped.
  std::vector<Laid> render_cell(const Cell& cell, std::string& frames) {
    std::vector<Laid> out;
    for (int t = 0; t < cell.trays; ++t) {
      const std::uint64_t seed = 90'000 + static_cast<std::uint64_t>(t);
      tray::Dice dice(seed);
      std::vector<std::string> skus;
      for (int n = 1 + dice.below(6); n > 0; --n) {
        skus.push_back(menu_[static_cast<std::size_t>(dice.below(kMenu))]);
      }
      Laid laid_tray;
      const auto order_of = [](const std::map<std::string, int>& counts) {
        std::string lines;
        for (const auto& [sku, count] : counts) {
          lines += (lines.empty() ? "" : ",") + ("{\"sku\":\"" + sku) +
                   "\",\"count\":" + std::to_string(count) + "}";
        }
        return "[" + lines + "]";
      };
      std::map<std::string, int> order;
      for (const std::string& sku : skus) ++order[sku];
      laid_tray.right_order = order_of(order);
      std::map<std::string, int> swapped = order;
      if (--swapped[skus[0]] == 0) swapped.erase(skus[0]);
      ++swapped[skus[0] == menu_[0] ? menu_[1] : menu_[0]];
      laid_tray.wrong_order = order_of(swapped);
      if (cell.stranger) {
        if (--order[skus[0]] == 0) order.erase(skus[0]);
        ++order["unknown"];
        skus[0] = "stranger-" + std::to_string(t);
      }
      laid_tray.truth = order;
      tray::Light light = tray::light_of(300 + static_cast<std::uint64_t>(t), cell.light);
      const std::string name = std::string(cell.name) + std::to_string(t);
      photo(name, laid(skus, cell.touching, seed), light, seed);
      const std::string empty = std::string(cell.name) + "-empty" + std::to_string(t / 5);
      if (t % 5 == 0) photo(empty, {}, tray::light_of(500 + seed), seed + 7);
      for (const std::string& with : {std::string(), ",\"order\":" + laid_tray.right_order,
                                      ",\"order\":" + laid_tray.wrong_order}) {
        frames += (frames.empty() ? "" : ",") + ("{\"frame\":\"" + name) +
                  ".jpg\",\"reference\":\"" + empty + ".jpg\"" + with + "}";
      }
      out.push_back(laid_tray);
    }
    return out;
  }
  Figures run(const Cell& cell) {
    std::string frames;
    const std::vector<Laid> trays = render_cell(cell, frames);
    const std::string manifest = (folder_ / "manifest.json").string();
    std::ofstream(manifest) << "{\"frames\":[" << frames << "]}";
    const auto out = predict({(folder_ / "menu.gallery").string(), manifest, kPxPerMm});
    EXPECT_TRUE(out) << out.error().detail;
    Figures figures;
    for (std::size_t t = 0; out && t < trays.size(); ++t) {
      const Json& answer = *out->at(3 * t);
      std::map<std::string, int> seen;
      for (const Json& item : *answer.at("items")->as_array()) {
        seen[item.text_at("sku")] = static_cast<int>(item.int_at("count"));
      }
      const bool exact = seen == trays[t].truth;
      const bool accepted = answer.text_at("verdict") == "confident";
      ++figures.trays;
      figures.exact += exact;
      figures.accepted += accepted;
      figures.accepted_right += accepted && exact;
      figures.flagged += !accepted;
      const bool match = out->at(3 * t + 1)->text_at("verdict") == "match";
      figures.matches_on_right += match;
      figures.wrong_charges +=
          (cell.stranger && match) + (out->at(3 * t + 2)->text_at("verdict") == "match");
    }
    std::printf(
        "%s: %d trays, exact %.3f, accepted %d of those right %d, match on the right order %d, "
        "wrong charges %d of %d\n",
        cell.name, figures.trays, static_cast<double>(figures.exact) / figures.trays,
        figures.accepted, figures.accepted_right, figures.matches_on_right, figures.wrong_charges,
        cell.trays);
    return figures;
  }

  fs::path folder_;
  std::vector<std::string> menu_;
  tray::Shelf shelf_;
  tray::Renderer renderer_{21, shelf_};
  ManualClock clock_{from_ms(1'700'000'000'000)};
};

TEST_F(Trays, AreReadExactlyAndNeverChargedWrongly) {
  enrol_menu();
  if (HasFatalFailure()) return;
  const Figures apart = run({.name = "apart", .trays = 40});
  EXPECT_GE(apart.exact, apart.trays * 85 / 100);
  EXPECT_GE(apart.accepted_right, apart.accepted - 1) << "an accepted tray has to be right";
  EXPECT_LE(apart.wrong_charges, 1);
  const Figures light = run({.name = "light", .light = 0.5f});
  EXPECT_GE(light.exact, light.trays * 40 / 100);
  EXPECT_LE(light.wrong_charges, 1);
  const Figures touching = run({.name = "touching", .touching = true});
  EXPECT_GE(touching.exact, touching.trays * 50 / 100);
  EXPECT_LE(touching.wrong_charges, 1);
  const Figures strange = run({.name = "stranger", .stranger = true});
  EXPECT_GE(strange.flagged, strange.trays * 85 / 100) << "a thing off the menu goes to a person";
  EXPECT_LE(strange.wrong_charges, 1);
}

}  // namespace
}  // namespace trayline::vision_cli
