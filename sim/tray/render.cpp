// Composes unlit sprites on the mat: soft shadow, relief shading, gloss, then the light of the
// room, the lens and the sensor.
#include "sim/tray/render.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "sim/tray/dice.hpp"

namespace trayline::tray {
namespace {

constexpr std::array kMats{rgb(112, 120, 124), rgb(128, 118, 106), rgb(100, 112, 104),
                           rgb(110, 106, 122)};
constexpr float kSteepest = 1.6F;  // slopes beyond are drawn as this

cv::Mat view_of(const vision::Image& image) {
  const int type = image.format == vision::Pixel::bgr8 ? CV_8UC3 : CV_8UC1;
  return cv::Mat(image.height, image.width, type, const_cast<std::uint8_t*>(image.pixels.data()));
}

// From sprite pixels to frame pixels.
cv::Matx23f way(const Sprite& sprite, const Pose& pose, float across, float along) {
  const float k = kPxPerMm / kSpriteScale;
  const float c = std::cos(pose.turn);
  const float s = std::sin(pose.turn);
  const cv::Matx22f turn(c * k * across, -s * k * along, s * k * across, c * k * along);
  const float mx = static_cast<float>(sprite.cover.width) / 2 - 0.5F;
  const float my = static_cast<float>(sprite.cover.height) / 2 - 0.5F;
  return {turn(0, 0), turn(0, 1), pose.x_mm * kPxPerMm - turn(0, 0) * mx - turn(0, 1) * my,
          turn(1, 0), turn(1, 1), pose.y_mm * kPxPerMm - turn(1, 0) * mx - turn(1, 1) * my};
}

cv::Rect around(const Sprite& sprite, const cv::Matx23f& m, int margin) {
  const auto w = static_cast<float>(sprite.cover.width);
  const auto h = static_cast<float>(sprite.cover.height);
  float left = 1e9F, top = 1e9F, right = -1e9F, low = -1e9F;
  for (const auto& [x, y] : {std::pair{0.0F, 0.0F}, {w, 0.0F}, {0.0F, h}, {w, h}}) {
    const float fx = m(0, 0) * x + m(0, 1) * y + m(0, 2);
    const float fy = m(1, 0) * x + m(1, 1) * y + m(1, 2);
    left = std::min(left, fx);
    right = std::max(right, fx);
    top = std::min(top, fy);
    low = std::max(low, fy);
  }
  const cv::Rect box(static_cast<int>(left) - margin, static_cast<int>(top) - margin,
                     static_cast<int>(right - left) + 2 * margin + 2,
                     static_cast<int>(low - top) + 2 * margin + 2);
  return box & cv::Rect(0, 0, kFrameWidth, kFrameHeight);
}

// Where the lamp stands: a unit vector towards it, and how hard its shadows are.
struct Lamp {
  float x, y, z, shadow;
};

// Brightness of a slope against flat ground, and the glare of a wet one.
struct Shade {
  float bright = 1;
  float glare = 0;
};
Shade shade_of(const Lamp& lamp, float dx, float dy, float gloss) {
  const float nx = -std::clamp(dx, -kSteepest, kSteepest) * 0.6F;
  const float ny = -std::clamp(dy, -kSteepest, kSteepest) * 0.6F;
  const float len = std::sqrt(nx * nx + ny * ny + 1);
  const float lit = (nx * lamp.x + ny * lamp.y + lamp.z) / (len * lamp.z);
  const float bright = 0.45F + 0.55F * std::clamp(lit, 0.35F, 1.5F);
  // Half way between lamp and camera, which looks straight down.
  const float hz = lamp.z + 1;
  const float hl = std::sqrt(lamp.x * lamp.x + lamp.y * lamp.y + hz * hz);
  const float cosine = (nx * lamp.x + ny * lamp.y + hz) / (len * hl);
  if (gloss <= 0 || len <= 1.002F) return {bright, 0};
  return {bright, gloss * 70 * std::pow(std::max(0.0F, cosine), 60.0F)};
}

}  // namespace

Light light_of(std::uint64_t seed, float strength) {
  Dice dice(mix(seed, seed_of("light")));
  Light light;
  light.gain = dice.about(1, strength);
  light.cast_b = dice.about(1, strength * 0.5F);
  light.cast_r = dice.about(1, strength * 0.5F);
  light.slope_x = dice.about(0, strength);
  light.slope_y = dice.about(0, strength);
  return light;
}

struct Renderer::State {
  Shelf& shelf;
  Lamp lamp{};
  cv::Mat mat;                     // CV_32FC3
  cv::Mat lens;                    // CV_32FC1, vignette and the station's own gradient
  cv::Mat canvas;                  // CV_32FC3
  std::optional<Scene> composed;   // what the canvas shows
  std::vector<std::int8_t> grain;  // normal noise, sigma 16

  State(std::uint64_t seed, Shelf& s) : shelf(s) {
    Dice dice(mix(seed, seed_of("station")));
    const float angle = dice.between(0, 2 * std::numbers::pi_v<float>);
    const float lean = dice.between(0.3F, 0.5F);
    lamp = {lean * std::cos(angle), lean * std::sin(angle), std::sqrt(1 - lean * lean),
            dice.between(0.42F, 0.58F)};
    weave(seed, kMats[static_cast<std::size_t>(dice.below(static_cast<int>(kMats.size())))]);
    lens.create(kFrameHeight, kFrameWidth, CV_32FC1);
    const float sx = dice.about(0, 0.06F);
    const float sy = dice.about(0, 0.06F);
    for (int y = 0; y < kFrameHeight; ++y) {
      for (int x = 0; x < kFrameWidth; ++x) {
        const float u = static_cast<float>(x) / kFrameWidth - 0.5F;
        const float v = static_cast<float>(y) / kFrameHeight - 0.5F;
        lens.at<float>(y, x) = 1 + sx * u + sy * v - 0.16F * (u * u + v * v);
      }
    }
    grain.resize((1 << 20) + static_cast<std::size_t>(kFrameWidth) * 3);
    for (std::int8_t& g : grain) {
      g = static_cast<std::int8_t>(std::clamp(dice.normal() * 16, -127.0F, 127.0F));
    }
  }

  // A matt woven mat with a little wear.
  void weave(std::uint64_t seed, Colour colour) {
    mat.create(kFrameHeight, kFrameWidth, CV_32FC3);
    for (int y = 0; y < kFrameHeight; ++y) {
      for (int x = 0; x < kFrameWidth; ++x) {
        const auto fx = static_cast<float>(x);
        const auto fy = static_cast<float>(y);
        const float wear = noise(fx / 90, fy / 90, seed) - 0.5F;
        const float fibre = noise(fx / 2.6F, fy / 1.9F, seed ^ 1) - 0.5F;
        const float speck = lattice(x, y, seed ^ 2) - 0.5F;
        const float f = 1 + 0.035F * wear + 0.05F * fibre + 0.03F * speck;
        mat.at<cv::Vec3f>(y, x) = {colour.b * f, colour.g * f, colour.r * f};
      }
    }
  }

  void cast_shadow(const Sprite& sprite, const cv::Matx23f& m) {
    const float reach = sprite.height_mm * kPxPerMm;
    const float dx = -lamp.x / lamp.z * reach * 0.55F;
    const float dy = -lamp.y / lamp.z * reach * 0.55F;
    const double soft = 2.0 + static_cast<double>(reach) * 0.11;
    const cv::Matx23f shifted(m(0, 0), m(0, 1), m(0, 2) + dx, m(1, 0), m(1, 1), m(1, 2) + dy);
    const cv::Matx23f half(m(0, 0), m(0, 1), m(0, 2) + dx / 3, m(1, 0), m(1, 1), m(1, 2) + dy / 3);
    const int margin = static_cast<int>(3 * soft + std::fabs(static_cast<double>(reach)) * 0.4) + 4;
    const cv::Rect box = around(sprite, shifted, margin);
    if (box.empty()) return;
    const cv::Mat far = soft_cover(sprite, shifted, box, soft);
    const cv::Mat near = soft_cover(sprite, half, box, soft * 0.5);
    for (int y = 0; y < box.height; ++y) {
      for (int x = 0; x < box.width; ++x) {
        const float deep = 0.6F * static_cast<float>(far.at<std::uint8_t>(y, x)) +
                           0.4F * static_cast<float>(near.at<std::uint8_t>(y, x));
        canvas.at<cv::Vec3f>(y + box.y, x + box.x) *= 1 - lamp.shadow * deep / 255;
      }
    }
  }
  static cv::Mat soft_cover(const Sprite& sprite, const cv::Matx23f& m, const cv::Rect& box,
                            double soft) {
    cv::Mat cover;
    cv::Matx23f local = m;
    local(0, 2) -= static_cast<float>(box.x);
    local(1, 2) -= static_cast<float>(box.y);
    cv::warpAffine(view_of(sprite.cover), cover, local, box.size(), cv::INTER_LINEAR,
                   cv::BORDER_CONSTANT, 0);
    cv::GaussianBlur(cover, cover, {}, soft);
    return cover;
  }

  void draw(const Sprite& sprite, const Pose& pose, float scale, float stretch, float gain) {
    const cv::Matx23f m = way(sprite, pose, scale, scale * stretch);
    cast_shadow(sprite, m);
    const cv::Rect box = around(sprite, m, 1);
    if (box.empty()) return;
    cv::Matx23f local = m;
    local(0, 2) -= static_cast<float>(box.x);
    local(1, 2) -= static_cast<float>(box.y);
    cv::Mat cover, colour, relief;
    const cv::Mat height(sprite.cover.height, sprite.cover.width, CV_32FC1,
                         const_cast<float*>(sprite.relief.data()));
    cv::warpAffine(view_of(sprite.cover), cover, local, box.size(), cv::INTER_LINEAR,
                   cv::BORDER_CONSTANT, 0);
    cv::warpAffine(view_of(sprite.colour), colour, local, box.size(), cv::INTER_LINEAR,
                   cv::BORDER_REPLICATE);
    cv::warpAffine(height, relief, local, box.size(), cv::INTER_LINEAR, cv::BORDER_CONSTANT, 0);
    cv::GaussianBlur(relief, relief, {}, 1.2);
    cv::Mat slope_x, slope_y;  // mm per mm
    cv::Sobel(relief, slope_x, CV_32F, 1, 0, 3, static_cast<double>(kPxPerMm) / 8);
    cv::Sobel(relief, slope_y, CV_32F, 0, 1, 3, static_cast<double>(kPxPerMm) / 8);
    for (int y = 0; y < box.height; ++y) {
      for (int x = 0; x < box.width; ++x) {
        const float a = static_cast<float>(cover.at<std::uint8_t>(y, x)) / 255;
        if (a <= 0) continue;
        const Shade shade =
            shade_of(lamp, slope_x.at<float>(y, x), slope_y.at<float>(y, x), sprite.gloss);
        const cv::Vec3b& c = colour.at<cv::Vec3b>(y, x);
        cv::Vec3f& out = canvas.at<cv::Vec3f>(y + box.y, x + box.x);
        for (int i = 0; i < 3; ++i) {
          const float lit = static_cast<float>(c[i]) * shade.bright * gain + shade.glare;
          out[i] = out[i] * (1 - a) + lit * a;
        }
      }
    }
  }

  // The unlit scene through the lens; kept until the scene changes.
  Result<void> compose(const Scene& scene) {
    if (composed && *composed == scene) return {};
    composed.reset();
    mat.copyTo(canvas);
    for (const Placed& item : scene.items) {
      draw(shelf.sprite(item.sku), item.pose, item.scale, item.stretch, item.gain);
    }
    if (scene.code) {
      const Result<const Sprite*> card = shelf.code(*scene.code);
      if (!card) return fail(card.error());
      draw(**card, scene.code->pose, 1, 1, 1);
    }
    if (scene.hand) draw(shelf.hand(scene.hand_seed), *scene.hand, 1, 1, 1);
    cv::GaussianBlur(canvas, canvas, {}, 0.65);
    composed = scene;
    return {};
  }

  vision::Image expose(const Light& light, std::uint64_t frame_seed) {
    vision::Image out(kFrameWidth, kFrameHeight, vision::Pixel::bgr8);
    Dice dice(mix(frame_seed, seed_of("frame")));
    const float noise = light.noise / 16;
    const float cast[3] = {light.cast_b, 1, light.cast_r};
    for (int y = 0; y < kFrameHeight; ++y) {
      const std::int8_t* g = grain.data() + (dice.next() & ((1 << 20) - 1));
      const float v = static_cast<float>(y) / kFrameHeight - 0.5F;
      const float band = 1 + light.flicker * std::sin(light.flicker_phase + 9 * v);
      const float row = light.gain * band * (1 + light.slope_y * v);
      const float* lens_row = lens.ptr<float>(y);
      const float* from = canvas.ptr<float>(y);
      std::uint8_t* to = out.pixels.data() + static_cast<std::size_t>(y) * kFrameWidth * 3;
      for (int x = 0; x < kFrameWidth; ++x) {
        const float u = static_cast<float>(x) / kFrameWidth - 0.5F;
        const float f = row * lens_row[x] * (1 + light.slope_x * u);
        for (int i = 0; i < 3; ++i) {
          const float value =
              from[3 * x + i] * f * cast[i] + noise * static_cast<float>(g[3 * x + i]);
          to[3 * x + i] = static_cast<std::uint8_t>(std::clamp(value + 0.5F, 0.0F, 255.0F));
        }
      }
    }
    return out;
  }
};

Renderer::Renderer(std::uint64_t station_seed, Shelf& shelf) {
  cv::setNumThreads(1);
  state_ = std::make_unique<State>(station_seed, shelf);
}
Renderer::~Renderer() = default;

Result<vision::Image> Renderer::render(const Scene& scene, const Light& light,
                                       std::uint64_t frame_seed) {
  if (const Result<void> composed = state_->compose(scene); !composed) {
    return fail(composed.error());
  }
  return state_->expose(light, frame_seed);
}

Box box_of(const Sprite& sprite, const Placed& item) {
  const cv::Rect box =
      around(sprite, way(sprite, item.pose, item.scale, item.scale * item.stretch), 0);
  return {box.x, box.y, box.width, box.height};
}

}  // namespace trayline::tray
