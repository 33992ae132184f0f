// Enrolment views and stills, and the truth beside them.
#include "sim/tray/album.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "edge/gallery/picture.hpp"
#include "lib/base/encoding.hpp"
#include "lib/base/ids.hpp"
#include "lib/base/json.hpp"
#include "sim/tray/clip.hpp"
#include "sim/tray/dice.hpp"
#include "sim/tray/render.hpp"

namespace trayline::tray {
namespace {

namespace fs = std::filesystem;

constexpr int kCountMax = 10'000;
constexpr float kDayStrength = 0.06F;    // how much days differ in light
constexpr float kDriftStrength = 0.03F;  // how much it moves between reference and frame
constexpr std::size_t kTokenBytes = 21;  // of an order's code

Light drifted(Light light, std::uint64_t seed) {
  const Light drift = light_of(seed, kDriftStrength);
  light.gain *= drift.gain;
  light.cast_b *= drift.cast_b;
  light.cast_r *= drift.cast_r;
  light.slope_x += drift.slope_x;
  light.slope_y += drift.slope_y;
  return light;
}

Result<void> write_file(const fs::path& path, std::string_view bytes) {
  std::ofstream file(path, std::ios::binary);
  file << bytes;
  file.close();
  if (!file) return fail(Code::unavailable, path.string() + ": cannot be written");
  return {};
}

std::string numbered(int n, const char* ending) {
  char name[32];
  std::snprintf(name, sizeof name, "%04d.%s", n, ending);
  return name;
}

Json box_json(const Box& box) {
  return Json::object({{"x", box.x}, {"y", box.y}, {"width", box.width}, {"height", box.height}});
}

// What both albums share: the station, its day and its folder.
struct Album {
  AlbumOptions options;
  std::uint64_t seed;
  Shelf shelf;
  Renderer renderer;
  Light day;

  Album(const AlbumOptions& o, std::string_view kind)
      : options(o),
        seed(mix(o.seed, seed_of(kind))),
        shelf(o.iconic),
        renderer(o.station, shelf),
        day(light_of(seed, kDayStrength)) {
    if (options.skus.empty()) {
      for (const Product& product : demo_menu()) options.skus.push_back(product.sku);
    }
  }

  Result<void> open() {
    if (options.count < 1 || options.count > kCountMax) {
      return fail(Code::invalid_argument, "count: 1 to 10,000");
    }
    for (const std::string& sku : options.skus) {
      if (!is_name(sku)) return fail(Code::invalid_argument, "\"" + sku + "\" is no SKU");
    }
    std::error_code error;
    fs::create_directories(options.folder, error);
    if (error) return fail(Code::unavailable, options.folder + ": " + error.message());
    return write("reference.jpg", {}, day, mix(seed, 0));
  }

  Result<void> write(const fs::path& name, const Scene& scene, const Light& light,
                     std::uint64_t frame_seed) {
    const Result<vision::Image> picture = renderer.render(scene, light, frame_seed);
    if (!picture) return fail(picture.error());
    const Result<Bytes> jpeg = gallery::encode_jpeg(picture->view(), kAlbumQuality);
    if (!jpeg) return fail(jpeg.error());
    return write_file(fs::path(options.folder) / name, as_text(*jpeg));
  }
};

Result<Scene> random_tray(Album& album, Dice& dice) {
  std::vector<std::string> skus;
  const int items = 1 + dice.below(6);
  for (int i = 0; i < items; ++i) {
    skus.push_back(album.options.skus[static_cast<std::size_t>(
        dice.below(static_cast<int>(album.options.skus.size())))]);
  }
  if (dice.chance(album.options.unknown)) {
    skus.back() = "stranger-" + std::to_string(dice.next() % 1000);
  }
  CodeCard card;
  for (std::size_t i = 0; i < kTokenBytes; ++i)
    card.bytes.push_back(static_cast<char>(dice.below(256)));
  Scene scene;
  const Spacing spacing{10, album.options.touching, 0};
  if (const auto laid = lay(scene, {skus, card, spacing}, album.shelf, dice.next()); !laid) {
    return fail(laid.error());
  }
  return scene;
}

}  // namespace

Result<vision::Image> render_view(const std::string& sku, std::uint64_t seed, Shelf& shelf,
                                  Renderer& renderer) {
  Scene scene;
  if (const auto laid = lay(scene, {{sku}, {}, {}}, shelf, mix(seed, seed_of("view"))); !laid) {
    return fail(laid.error());
  }
  return render_tray(scene, seed, renderer);
}

Result<vision::Image> render_tray(const Scene& scene, std::uint64_t seed, Renderer& renderer) {
  return renderer.render(scene, light_of(seed, kDriftStrength), seed);
}

Result<void> write_enrolment(const AlbumOptions& options) {
  Album album(options, "enrolment");
  if (const auto opened = album.open(); !opened) return opened;
  Json::Array views;
  for (const std::string& sku : album.options.skus) {
    std::error_code error;
    fs::create_directories(fs::path(options.folder) / sku, error);
    if (error) return fail(Code::unavailable, options.folder + ": " + error.message());
    for (int n = 0; n < options.count; ++n) {
      const std::uint64_t seed = mix(mix(album.seed, seed_of(sku)), static_cast<std::uint64_t>(n));
      Scene scene;
      if (const auto laid = lay(scene, {{sku}, {}, {}}, album.shelf, seed); !laid) return laid;
      const fs::path name = fs::path(sku) / numbered(n, "jpg");
      const auto written = album.write(name, scene, drifted(album.day, seed), seed);
      if (!written) return written;
      const Box box = box_of(album.shelf.sprite(sku), scene.items.front());
      views.push_back(
          Json::object({{"file", name.string()}, {"sku", sku}, {"box", box_json(box)}}));
    }
  }
  return write_file(fs::path(options.folder) / "truth.json",
                    Json::object({{"views", std::move(views)}}).dump() + "\n");
}

Result<void> write_stills(const AlbumOptions& options) {
  Album album(options, "stills");
  if (const auto opened = album.open(); !opened) return opened;
  Json::Array frames;
  for (int n = 0; n < options.count; ++n) {
    const std::uint64_t seed = mix(album.seed, static_cast<std::uint64_t>(n) + 1);
    Dice dice(seed);
    Result<Scene> scene = random_tray(album, dice);
    for (int i = 0; i < 20 && !scene; ++i) scene = random_tray(album, dice);
    if (!scene) return fail(scene.error());
    const std::string name = numbered(n, "jpg");
    const auto written = album.write(name, *scene, drifted(album.day, seed), seed);
    if (!written) return written;
    Json::Array boxes;
    for (const Placed& item : scene->items) {
      const Box box = box_of(album.shelf.sprite(item.sku), item);
      boxes.push_back(Json::object({{"sku", item.sku}, {"box", box_json(box)}}));
    }
    const Json truth = Json::object({{"items", counted(*scene)},
                                     {"boxes", std::move(boxes)},
                                     {"code", to_base64url(as_bytes(scene->code->bytes))}});
    const fs::path file = fs::path(options.folder) / numbered(n, "json");
    if (const auto told = write_file(file, truth.dump() + "\n"); !told) return told;
    frames.push_back(Json::object({{"frame", name}, {"reference", "reference.jpg"}}));
  }
  return write_file(fs::path(options.folder) / "manifest.json",
                    Json::object({{"frames", std::move(frames)}}).dump() + "\n");
}

}  // namespace trayline::tray
