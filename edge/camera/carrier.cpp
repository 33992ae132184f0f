// Finds the blob under a code, tells whether it is a card or a phone, and paints the tray over it.
#include "edge/camera/carrier.hpp"

#include <algorithm>
#include <cmath>

#include "edge/vision/flat_field.hpp"
#include "edge/vision/scene.hpp"

namespace trayline::camera {
namespace {

constexpr int kMarginPx = 8;  // around a carrier: soft edge and contact shadow

// The code's own axes: places in units of its side, from its middle.
struct Axes {
  vision::Point middle;
  float ux = 1, uy = 0;  // unit vector along the upper side
  float side = 1;        // px

  explicit Axes(const SeenCode& code) {
    for (const vision::Point& corner : code.corners) {
      middle.x += corner.x / 4;
      middle.y += corner.y / 4;
    }
    const float dx = code.corners[1].x - code.corners[0].x;
    const float dy = code.corners[1].y - code.corners[0].y;
    side = std::max(1.0F, std::hypot(dx, dy));
    ux = dx / side;
    uy = dy / side;
  }
  float along(float x, float y) const { return ((x - middle.x) * ux + (y - middle.y) * uy) / side; }
  float across(float x, float y) const {
    return ((y - middle.y) * ux - (x - middle.x) * uy) / side;
  }
};

bool covers(const vision::Blob& blob, int x, int y) {
  const int column = x - blob.box.x;
  const int row = y - blob.box.y;
  if (column < 0 || row < 0 || column >= blob.mask.width || row >= blob.mask.height) return false;
  return blob.mask
             .pixels[static_cast<std::size_t>(row) * static_cast<std::size_t>(blob.mask.width) +
                     static_cast<std::size_t>(column)] != 0;
}

// What shall be painted: a box in the code's axes.
struct Patch {
  float left, right, top, bottom;
};

Patch patch_of(const Axes& axes, const std::vector<vision::Blob>& blobs) {
  const Patch code_only{-kQuietZone / 2, kQuietZone / 2, -kQuietZone / 2, kQuietZone / 2};
  for (const vision::Blob& blob : blobs) {
    if (!covers(blob, static_cast<int>(axes.middle.x), static_cast<int>(axes.middle.y))) continue;
    Patch extent{0, 0, 0, 0};
    float pixels = 0;
    for (int y = blob.box.y; y < blob.box.y + blob.box.height; ++y) {
      for (int x = blob.box.x; x < blob.box.x + blob.box.width; ++x) {
        if (!covers(blob, x, y)) continue;
        const float a = axes.along(static_cast<float>(x), static_cast<float>(y));
        const float b = axes.across(static_cast<float>(x), static_cast<float>(y));
        extent = {std::min(extent.left, a), std::max(extent.right, a), std::min(extent.top, b),
                  std::max(extent.bottom, b)};
        ++pixels;
      }
    }
    const float width = extent.right - extent.left;
    const float length = extent.bottom - extent.top;
    const float fill = pixels / (axes.side * axes.side * std::max(width * length, 1e-3F));
    const bool small = std::max(width, length) <= kCarrierSidesMax &&
                       std::min(width, length) <= kCarrierSidesMax / 2;
    if (!small || fill < kCarrierFill) return code_only;
    return {std::min(extent.left, code_only.left), std::max(extent.right, code_only.right),
            std::min(extent.top, code_only.top), std::max(extent.bottom, code_only.bottom)};
  }
  return code_only;
}

void paint(vision::Image& picture, const vision::Image& reference, const vision::LightChange& light,
           const Axes& axes, const Patch& patch) {
  const float margin = kMarginPx / axes.side;
  const auto inside = [&](float x, float y) {
    const float a = axes.along(x, y);
    const float b = axes.across(x, y);
    return a > patch.left - margin && a < patch.right + margin && b > patch.top - margin &&
           b < patch.bottom + margin;
  };
  const float reach = axes.side * std::hypot(std::max(-patch.left, patch.right) + margin,
                                             std::max(-patch.top, patch.bottom) + margin);
  const int left = std::max(0, static_cast<int>(axes.middle.x - reach));
  const int right = std::min(picture.width - 1, static_cast<int>(axes.middle.x + reach));
  const int top = std::max(0, static_cast<int>(axes.middle.y - reach));
  const int bottom = std::min(picture.height - 1, static_cast<int>(axes.middle.y + reach));
  for (int y = top; y <= bottom; ++y) {
    for (int x = left; x <= right; ++x) {
      if (!inside(static_cast<float>(x), static_cast<float>(y))) continue;
      const std::size_t at =
          3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(picture.width) +
               static_cast<std::size_t>(x));
      const double u = 2.0 * x / std::max(1, picture.width - 1) - 1;
      const double v = 2.0 * y / std::max(1, picture.height - 1) - 1;
      for (std::size_t c = 0; c < 3; ++c) {
        const float value = static_cast<float>(reference.pixels[at + c]) * light.gain(c, u, v);
        picture.pixels[at + c] = static_cast<std::uint8_t>(std::clamp(value + 0.5F, 0.0F, 255.0F));
      }
    }
  }
}

}  // namespace

Result<std::optional<vision::Image>> without_carriers(vision::ImageView frame,
                                                      const std::vector<SeenCode>& codes,
                                                      const vision::Station& station) {
  const vision::Image& reference = station.reference;
  const bool comparable = frame.format == vision::Pixel::bgr8 && frame.width == reference.width &&
                          frame.height == reference.height;
  if (codes.empty() || !comparable) return std::nullopt;
  const auto scene = vision::Scene::create(frame, station, std::nullopt);
  if (!scene) return fail(scene.error());
  const auto light = vision::light_change(frame, reference.view());
  if (!light) return fail(light.error());
  vision::Image painted(frame.width, frame.height, vision::Pixel::bgr8);
  for (int y = 0; y < frame.height; ++y) {
    const std::size_t row = static_cast<std::size_t>(frame.width) * 3;
    const std::uint8_t* from =
        frame.data + static_cast<std::ptrdiff_t>(y) * static_cast<std::ptrdiff_t>(frame.stride);
    std::copy_n(from, row, painted.pixels.begin() + static_cast<std::ptrdiff_t>(row) * y);
  }
  for (const SeenCode& code : codes) {
    const Axes axes(code);
    paint(painted, reference, *light, axes, patch_of(axes, scene->blobs()));
  }
  return painted;
}

}  // namespace trayline::camera
