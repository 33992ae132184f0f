// Enrols, renders, plays.
#include "tests/station/eye.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "edge/gallery/picture.hpp"
#include "edge/vision/scene.hpp"
#include "lib/base/check.hpp"
#include "sim/tray/album.hpp"
#include "sim/tray/dice.hpp"

namespace trayline::station {
namespace {

constexpr std::int64_t kFrameMs = 100;

vision::Image recoded(const vision::Image& image) {
  return *gallery::decode_picture(*gallery::encode_jpeg(image.view(), 92));
}

std::string told(const std::map<std::string, std::int64_t>& counts) {
  std::string text;
  for (const auto& [sku, count] : counts) {
    text += (text.empty() ? "" : ", ") + sku + " x" + std::to_string(count);
  }
  return text;
}

}  // namespace

vision::Station station_of(std::uint64_t seed) {
  static tray::Shelf shelf;
  static tray::Renderer renderer(kStationSeed, shelf);
  vision::Station station;
  station.px_per_mm = tray::kPxPerMm;
  station.reference = recoded(*tray::render_tray({}, seed, renderer));
  return station;
}

const vision::Gallery& enrolled() {
  constexpr std::uint64_t kViews = 8;
  static const vision::Gallery gallery = [] {
    tray::Shelf shelf;
    tray::Renderer renderer(kStationSeed, shelf);
    const vision::Station station = station_of(tray::seed_of("enrolment reference"));
    vision::GalleryContent content;
    content.unit = station.unit();
    for (const tray::Product& product : tray::demo_menu()) {
      vision::Item item{product.sku, product.name, {}};
      for (std::uint64_t i = 0; i < kViews; ++i) {
        const std::uint64_t seed = tray::mix(tray::seed_of("enrolment " + product.sku), i);
        const auto picture = recoded(*tray::render_view(product.sku, seed, shelf, renderer));
        const auto scene = vision::Scene::create(picture.view(), station, content.surface);
        check(scene && scene->blobs().size() == 1, "an enrolment view shows one thing");
        const vision::Blob& blob = scene->blobs().front();
        item.views.push_back({*scene->describe(blob), blob.size});
        content.surface = scene->surface();
      }
      content.items.push_back(std::move(item));
    }
    return *vision::Gallery::create(std::move(content));
  }();
  return gallery;
}

Folder::Folder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "trayline-eye-XXXXXX").string();
  check(::mkdtemp(pattern.data()) != nullptr, "a temporary folder");
  path_ = pattern;
  std::filesystem::create_directory(path_ / "work");
  std::filesystem::create_directory(path_ / "handover");
}
Folder::~Folder() { std::filesystem::remove_all(path_); }

std::string told(const Json& counted) {
  std::map<std::string, std::int64_t> counts;
  for (const Json& item : *counted.as_array()) counts[item.text_at("sku")] = item.int_at("count");
  return told(counts);
}
std::string told(const wire::Prediction& prediction) {
  std::map<std::string, std::int64_t> counts;
  for (const wire::SeenItem& item : prediction.items) counts[item.sku.value] += item.count;
  return told(counts);
}
std::string told(const vision::Counts& counts) {
  std::map<std::string, std::int64_t> sums;
  for (const vision::Count& count : counts) sums[count.sku] += count.count;
  return told(sums);
}

Show::Show(std::uint64_t seed)
    : clock_(from_ms(1'800'000'000'000)),
      random_(seed),
      renderer_(kStationSeed, shelf_),
      clip_(seed, shelf_),
      seed_(seed) {
  restart();
}

void Show::restart() {
  camera::Place place{CoreId("c1"), StationId("1"),       "boot",
                      {},           folder_.path("work"), folder_.path("handover")};
  camera_.reset();
  Result<camera::Camera> made = camera::Camera::create(
      std::move(place), station_of(tray::mix(seed_, 77)), enrolled(), clock_, random_);
  check(made.has_value(), "a camera starts");
  camera_.emplace(std::move(*made));
  camera_->on_prediction([this](const wire::Prediction& prediction) -> Result<void> {
    if (refuse_) return fail(Code::exhausted, "the outbox is full");
    predictions_.push_back(prediction);
    return {};
  });
}

void Show::frame() {
  clock_.advance(Millis(kFrameMs));
  const std::int64_t now = clock_.monotonic().count();
  tray::Light light = tray::light_of(seed_, 0.04F);
  light.gain *= 1 + 0.01F * std::sin(static_cast<float>(frames_) * 0.002F);
  light.flicker = flicker_;
  light.flicker_phase = static_cast<float>(frames_) * 1.7F;
  const tray::Scene scene = clip_.at(now);
  Result<vision::Image> picture = renderer_.render(scene, light, tray::mix(seed_, ++frames_));
  check(picture.has_value(), "a frame is rendered");
  const Result<void> taken = camera_->take({std::move(*picture), now, frames_});
  if (!refuse_) {
    EXPECT_TRUE(taken) << taken.error().detail;
  }
}

std::vector<wire::Prediction> Show::wait(std::int64_t ms) {
  for (std::int64_t t = 0; t < ms; t += kFrameMs) frame();
  return std::exchange(predictions_, {});
}

std::vector<wire::Prediction> Show::play(const std::string& command, std::int64_t and_ms) {
  const auto parsed = tray::parse_command(command);
  check(parsed.has_value(), "a command of a test is sound");
  check(clip_.queue(*parsed).has_value(), "a command is queued");
  for (int i = 0; i < 1000; ++i) {
    frame();
    if (clip_.idle()) break;
  }
  for (const tray::Played& played : clip_.ended()) {
    EXPECT_TRUE(played.outcome) << played.outcome.error().detail;
  }
  return wait(and_ms);
}

}  // namespace trayline::station
