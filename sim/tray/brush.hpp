// The small geometry that painters share: distances into outlines, mixing of colours, prints.
// Private to this module's painters.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>

#include "sim/tray/dice.hpp"
#include "sim/tray/paint.hpp"

namespace trayline::tray::brush {

// One point of a thing: how deep inside the outline (mm, negative outside), how high above its rim
// plane, which colour.
struct Texel {
  float inside_mm = -1;
  float relief_mm = 0;
  Colour colour;
};

inline Colour blend(Colour a, Colour b, float t) {
  const float s = std::clamp(t, 0.0F, 1.0F);
  return {a.b + (b.b - a.b) * s, a.g + (b.g - a.g) * s, a.r + (b.r - a.r) * s};
}
inline Colour shade(Colour c, float f) { return {c.b * f, c.g * f, c.r * f}; }
// 0 below low, 1 above high, smooth between.
inline float ramp(float low, float high, float x) {
  const float t = std::clamp((x - low) / (high - low), 0.0F, 1.0F);
  return t * t * (3 - 2 * t);
}
inline float dome(float q) { return std::sqrt(std::max(0.0F, 1 - q * q)); }
inline float inside_ellipse(float x, float y, float a, float b) {
  return (1 - std::hypot(x / a, y / b)) * std::min(a, b);
}
// half width, half length, corner radius
inline float inside_box(float x, float y, float a, float b, float corner) {
  const float dx = std::fabs(x) - (a - corner);
  const float dy = std::fabs(y) - (b - corner);
  const float out = std::hypot(std::max(dx, 0.0F), std::max(dy, 0.0F));
  return corner - out - std::min(std::max(dx, dy), 0.0F);
}
// Thick line from (ax, ay) to (bx, by) whose radius runs from ra to rb.
struct Limb {
  float ax, ay, ra, bx, by, rb;
};
inline float inside_limb(float x, float y, const Limb& l) {
  const float dx = l.bx - l.ax;
  const float dy = l.by - l.ay;
  const float along = ((x - l.ax) * dx + (y - l.ay) * dy) / std::max(1e-6F, dx * dx + dy * dy);
  const float t = std::clamp(along, 0.0F, 1.0F);
  return std::lerp(l.ra, l.rb, t) - std::hypot(x - l.ax - t * dx, y - l.ay - t * dy);
}
// Rows of words, as printed on labels: 0 or 1, soft at the edges. pitch = millimetres per row.
inline float lettering(float x, float y, float pitch, std::uint64_t seed) {
  const float row = std::floor(y / pitch);
  const float in_row = y / pitch - row;
  if (in_row < 0.25F || in_row > 0.8F) return 0;
  const float word = noise(x / pitch * 1.1F, row * 7.3F, seed);
  return ramp(0.36F, 0.46F, word);
}

// Paints every texel of a thing that fits width x length (mm), with two millimetres of margin.
template <class At>
Sprite fill(float width_mm, float length_mm, float height_mm, At&& at) {
  const auto pixels = [](float mm) { return 2 * static_cast<int>((mm / 2 + 2) * kSpriteScale); };
  const int w = pixels(width_mm);
  const int h = pixels(length_mm);
  Sprite sprite{{w, h, vision::Pixel::bgr8}, {w, h, vision::Pixel::grey8}, {}, height_mm, 0.15F};
  sprite.relief.assign(static_cast<std::size_t>(w) * static_cast<std::size_t>(h), 0.0F);
  const auto byte = [](float v) { return static_cast<std::uint8_t>(std::clamp(v, 0.0F, 255.0F)); };
  for (int row = 0; row < h; ++row) {
    for (int column = 0; column < w; ++column) {
      const float x =
          (static_cast<float>(column) + 0.5F - static_cast<float>(w) / 2) / kSpriteScale;
      const float y = (static_cast<float>(row) + 0.5F - static_cast<float>(h) / 2) / kSpriteScale;
      const Texel texel = at(x, y);
      const std::size_t i = static_cast<std::size_t>(row) * static_cast<std::size_t>(w) +
                            static_cast<std::size_t>(column);
      sprite.cover.pixels[i] = byte((texel.inside_mm * kSpriteScale + 0.5F) * 255);
      sprite.relief[i] = texel.inside_mm > -1 ? texel.relief_mm : 0;
      sprite.colour.pixels[3 * i] = byte(texel.colour.b);
      sprite.colour.pixels[3 * i + 1] = byte(texel.colour.g);
      sprite.colour.pixels[3 * i + 2] = byte(texel.colour.r);
    }
  }
  return sprite;
}

}  // namespace trayline::tray::brush
