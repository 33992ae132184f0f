// Painters of the product bodies: one function each, from a point in millimetres to a texel.
#include "sim/tray/paint.hpp"

#include <array>
#include <numbers>

#include "sim/tray/brush.hpp"

namespace trayline::tray {
namespace {

using namespace brush;

// A disc of a topping.
struct Disc {
  float x, y, r;
};
template <std::size_t N>
std::array<Disc, N> scatter(std::uint64_t seed, float within, float r_low, float r_high) {
  Dice dice(seed);
  std::array<Disc, N> discs{};
  for (std::size_t i = 0; i < N; ++i) {
    const float angle = (static_cast<float>(i) + dice.unit() * 0.6F) * 2 *
                        std::numbers::pi_v<float> / static_cast<float>(N);
    const float far = within * std::sqrt(dice.between(0.12F, 1.0F));
    discs[i] = {far * std::cos(angle), far * std::sin(angle), dice.between(r_low, r_high)};
  }
  return discs;
}

// Height of a rim that rises over `wide` millimetres and falls to `floor` inside.
float rim(float inside, float wide, float height, float floor) {
  const float up = ramp(0, wide * 0.5F, inside);
  const float down = ramp(wide * 0.6F, wide * 1.6F, inside);
  return height * up - (height - floor) * down;
}

Sprite paint_bowl(const Product& p) {
  const float radius = p.width_mm / 2;
  const auto herbs = scatter<9>(p.seed ^ 1, radius * 0.62F, 1.5F, 3.5F);
  Sprite sprite = fill(p.width_mm, p.length_mm, p.height_mm, [&](float x, float y) {
    const float r = std::hypot(x, y);
    const float inside = radius - r;
    Texel t{inside, rim(inside, 8, 9, 3), p.base};
    if (inside < 8) {
      t.colour =
          blend(p.base, shade(p.band, 0.9F), ramp(2.2F, 2.6F, inside) - ramp(3.4F, 3.8F, inside));
      return t;
    }
    const float cloud =
        noise(x / 11, y / 11, p.seed) * 0.6F + noise(x / 4, y / 4, p.seed ^ 2) * 0.4F;
    // Oil and herbs: a soup is never of one colour.
    const Colour oil = blend(p.band, rgb(244, 176, 70), 0.45F);
    t.colour = blend(shade(p.band, 0.78F), oil, ramp(0.2F, 0.85F, cloud));
    const float turn = std::atan2(y, x) + r * 0.16F + 1.5F * noise(x / 14, y / 14, p.seed ^ 3);
    const float cream = ramp(0.8F, 0.95F, std::sin(turn)) * ramp(radius * 0.55F, radius * 0.35F, r);
    t.colour = blend(t.colour, rgb(250, 240, 222), cream);
    for (const Disc& d : herbs) {
      const float leaf = d.r - std::hypot(x - d.x, (y - d.y) * 1.4F);
      t.colour = blend(t.colour, p.accent, ramp(-0.3F, 0.4F, leaf));
      t.relief_mm += std::max(0.0F, std::min(leaf, 1.0F));
    }
    return t;
  });
  sprite.gloss = 0.55F;
  return sprite;
}

Sprite paint_leaves(const Product& p) {
  const float radius = p.width_mm / 2;
  const auto slices = scatter<5>(p.seed ^ 1, radius * 0.6F, 9, 12.5F);
  const auto cubes = scatter<7>(p.seed ^ 2, radius * 0.68F, 4, 5.5F);
  return fill(p.width_mm, p.length_mm, p.height_mm, [&](float x, float y) {
    const float inside = radius - std::hypot(x, y);
    Texel t{inside, rim(inside, 6, 8, 2), p.base};
    if (inside < 6) return t;
    const float wide = noise(x / 12, y / 12, p.seed);
    const float bend = noise(x / 6 + 3 * wide, y / 6 - 3 * wide, p.seed ^ 3);
    const float vein = 1 - std::fabs(2 * bend - 1);
    t.colour = blend(shade(p.band, 0.45F), shade(p.band, 1.35F), 0.5F * wide + 0.5F * bend);
    t.colour = blend(t.colour, rgb(206, 220, 150), ramp(0.86F, 0.98F, vein) * 0.7F);
    t.relief_mm = 3 + 9 * bend + 5 * wide;
    for (const Disc& d : slices) {
      const float deep = d.r - std::hypot(x - d.x, y - d.y);
      if (deep < 0) continue;
      const float seeds = noise(x / 2.2F, y / 2.2F, p.seed ^ 4);
      t.colour = blend(p.accent, rgb(236, 150, 96), ramp(2, 4, deep) * ramp(0.45F, 0.6F, seeds));
      t.relief_mm = 12 + std::min(deep, 2.0F);
    }
    for (const Disc& d : cubes) {
      const float deep = inside_box(x - d.x, y - d.y, d.r, d.r, 1.2F);
      if (deep < 0) continue;
      t.colour = rgb(244, 240, 226);
      t.relief_mm = 14 + std::min(deep, 2.0F);
    }
    return t;
  });
}

Sprite paint_bun(const Product& p) {
  const float a = p.width_mm / 2;
  const float b = p.length_mm / 2;
  return fill(p.width_mm, p.length_mm, p.height_mm, [&](float x, float y) {
    const float wave = 1 - 0.05F * noise(x / 18 + 9, y / 18, p.seed);
    const float q = std::hypot(x / (a * wave), y / (b * wave));
    Texel t{(1 - q) * a, 0.8F * p.height_mm * dome(q), p.base};
    const float crust =
        noise(x / 7, y / 7, p.seed ^ 1) * 0.6F + noise(x / 2, y / 2, p.seed ^ 2) * 0.4F;
    t.colour = blend(shade(p.accent, 1.1F), p.base, ramp(1.0F, 0.55F, q) * 0.75F + 0.35F * crust);
    const float cut = std::fabs(std::fmod(y + 0.55F * x + 300, p.length_mm / 3.2F) - 10);
    const float slash = ramp(4.6F, 2.6F, cut + 1.5F * crust) * ramp(0.82F, 0.7F, q);
    t.colour = blend(t.colour, p.band, slash);
    t.relief_mm -= 2.5F * slash;
    t.colour = blend(t.colour, rgb(244, 232, 212), ramp(0.72F, 0.86F, crust) * 0.6F);
    return t;
  });
}

Sprite paint_fruit(const Product& p) {
  const float radius = p.width_mm / 2;
  Sprite sprite = fill(p.width_mm, p.length_mm, p.height_mm, [&](float x, float y) {
    const float angle = std::atan2(y, x);
    const float r = std::hypot(x, y) / (1 + 0.03F * std::cos(5 * angle));
    const float q = r / radius;
    const float pit = std::hypot(x - radius * 0.15F, y + radius * 0.1F) / radius;
    Texel t{radius - r, 0.55F * p.height_mm * dome(q) - 7 * ramp(0.3F, 0.0F, pit), p.base};
    const float turn = std::fabs(angle) * 9;
    const float streak =
        noise(turn, r / 14, p.seed) * 0.7F + noise(turn * 3, r / 9, p.seed ^ 1) * 0.3F;
    const float blush = noise(x / 30 + 5, y / 30, p.seed ^ 2);
    t.colour = blend(p.base, p.band, ramp(0.35F, 0.9F, streak * 0.55F + blush * 0.55F) * 0.9F);
    t.colour = blend(t.colour, p.band, ramp(0.32F, 0.05F, pit) * 0.8F);
    const Limb stem{radius * 0.15F, -radius * 0.1F, 1.8F, radius * 0.32F, -radius * 0.34F, 1.4F};
    t.colour = blend(t.colour, p.accent, ramp(-0.3F, 0.3F, inside_limb(x, y, stem)));
    return t;
  });
  sprite.gloss = 0.6F;
  return sprite;
}

Sprite paint_bottle(const Product& p) {
  const float a = p.width_mm / 2;
  const float b = p.length_mm / 2;
  const auto half_width = [&](float y) {  // cap at -b, bottom at +b
    const float from_top = y + b;
    const float neck = a * 0.42F;
    return from_top < 14 ? neck * 1.12F : std::lerp(neck, a, ramp(16, 48, from_top));
  };
  Sprite sprite = fill(p.width_mm, p.length_mm, p.height_mm, [&](float x, float y) {
    const float half = half_width(y);
    const float round = std::min(b - std::fabs(y), 8.0F) - 8;
    const float inside = std::min(half - std::fabs(x) + round * 0.35F, b - std::fabs(y));
    const float q = x / std::max(half, 1.0F);
    Texel t{inside, 0.85F * half * dome(q), p.base};
    const float from_top = y + b;
    t.colour = shade(p.base, 0.9F + 0.2F * noise(x / 16, y / 16, p.seed));
    if (from_top < 14) {
      t.colour = shade(p.band, std::fmod(std::fabs(x) + 90, 2.4F) < 1.2F ? 0.82F : 1.0F);
    } else if (y > -b * 0.2F && y < b * 0.72F) {
      const float at = (y + b * 0.2F) / (b * 0.92F);
      t.colour = p.accent;
      if (at < 0.34F || at > 0.9F) t.colour = p.band;
      const float fruit = 9.5F - std::hypot(x + 5, y - b * 0.3F);
      t.colour = blend(t.colour, p.base, ramp(-0.4F, 0.4F, fruit));
      if (at > 0.56F && at < 0.88F && fruit < -1) {
        t.colour = blend(t.colour, rgb(50, 50, 60), 0.8F * lettering(x, y, 5, p.seed ^ 5));
      }
      if (at > 0.08F && at < 0.28F) {
        t.colour = blend(t.colour, p.accent, lettering(x, y, 9, p.seed ^ 6));
      }
    } else {
      t.colour =
          blend(t.colour, rgb(255, 255, 255), 0.25F * ramp(0.3F, 0.0F, std::fabs(q + 0.45F)));
    }
    return t;
  });
  sprite.gloss = 0.8F;
  return sprite;
}

Sprite paint_wedge(const Product& p) {
  const float a = p.width_mm / 2;
  const float b = p.length_mm / 2;
  const float slope = std::hypot(2 * b, a);
  Sprite sprite = fill(p.width_mm, p.length_mm, p.height_mm, [&](float x, float y) {
    const float side = (a * (y + b) - 2 * b * std::fabs(x)) / slope;  // point at -b
    const float back = b - y;
    const float inside = std::min(side, back);
    Texel t{inside, 0.5F * p.height_mm * ramp(0, 5, inside), p.base};
    const float crumb =
        noise(x / 2.4F, y / 2.4F, p.seed) * 0.6F + noise(x / 9, y / 9, p.seed ^ 1) * 0.4F;
    t.colour = shade(p.base, 0.75F + 0.55F * crumb);
    t.relief_mm += 1.6F * crumb;
    const float drizzle = std::fabs(std::sin(y * 0.42F + 1.6F * std::sin(x * 0.16F)));
    t.colour = blend(t.colour, p.band, ramp(0.3F, 0.12F, drizzle) * ramp(0, 3, inside) * 0.9F);
    for (int i = -1; i <= 1; ++i) {
      const float cream = 9.5F - std::hypot(x - static_cast<float>(i) * a * 0.58F, y - b + 14);
      if (cream < 0) continue;
      const float fold =
          0.5F + 0.5F * std::sin(7 * std::atan2(y - b + 14, x - static_cast<float>(i) * a * 0.58F));
      t.colour = shade(p.band, 0.92F + 0.1F * fold);
      t.relief_mm = 0.5F * p.height_mm + 1.1F * cream + fold;
    }
    const float cherry = 6 - std::hypot(x, y - b + 15);
    if (cherry > 0) t = {inside, 0.5F * p.height_mm + 10 + 6 * dome(1 - cherry / 6), p.accent};
    return t;
  });
  sprite.gloss = 0.3F;
  return sprite;
}

Sprite paint_cup(const Product& p) {
  const float radius = p.width_mm / 2;
  const float cup = radius * 0.74F;
  Sprite sprite = fill(p.width_mm, p.length_mm, p.height_mm * 0.6F, [&](float x, float y) {
    const float r = std::hypot(x, y);
    const float saucer = radius - r;
    Texel t{saucer, rim(saucer, 6, 5, 2), shade(p.base, 0.96F)};
    const Limb handle{cup * 0.8F, 0, 4.5F, radius * 0.97F, 0, 5.5F};
    const float grip = inside_limb(x, y, handle);
    if (grip > 0) t = {saucer, 12 + std::min(grip, 3.0F), p.base};
    const float wall = cup - r;
    if (wall <= 0) return t;
    t = {saucer, 16 * ramp(0, 2.5F, wall) - 9 * ramp(3.5F, 6, wall), p.base};
    if (wall < 4.5F) return t;
    const float swirl = noise(x / 6 + 2 * noise(x / 12, y / 12, p.seed), y / 6, p.seed ^ 1);
    t.colour = blend(shade(p.band, 0.9F), p.accent, ramp(7, 4.5F, wall) * 0.8F + 0.25F * swirl);
    // Milk poured as a heart.
    const float hx = x / 15;
    const float hy = -y / 15 + 0.15F;
    const float heart = hx * hx + std::pow(hy - 0.65F * std::sqrt(std::fabs(hx)), 2.0F);
    t.colour = blend(t.colour, rgb(246, 232, 208), ramp(1.0F, 0.8F, heart + 0.25F * swirl));
    return t;
  });
  sprite.gloss = 0.45F;
  return sprite;
}

Sprite paint_pot(const Product& p) {
  const float radius = p.width_mm / 2 * 0.94F;
  const auto berries = scatter<6>(p.seed ^ 1, radius * 0.3F, 4, 6);
  Sprite sprite = fill(p.width_mm, p.length_mm, p.height_mm, [&](float x, float y) {
    const float r = std::hypot(x, y);
    const float tab = inside_box(x - radius * 0.72F, y - radius * 0.72F, 8, 8, 4);
    const float inside = std::max(radius - r, tab);
    const float foil = noise(x / 3, y / 3, p.seed);
    Texel t{inside, 3 * ramp(0, 2.5F, inside) + 1.2F * foil, p.base};
    const float ring = ramp(0.5F, 0.53F, r / radius) - ramp(0.84F, 0.87F, r / radius);
    t.colour = blend(p.base, p.band, ring);
    if (ring > 0.5F) {
      const float around = std::atan2(y, x) * radius * 0.7F;
      t.colour = blend(t.colour, p.base,
                       0.9F * lettering(around, r - radius * 0.55F, radius * 0.26F, p.seed ^ 2));
    }
    for (const Disc& d : berries) {
      const float deep = d.r - std::hypot(x - d.x, y - d.y);
      t.colour = blend(t.colour, p.accent, ramp(-0.3F, 0.3F, deep));
    }
    return t;
  });
  sprite.gloss = 0.7F;
  return sprite;
}

Sprite paint_box(const Product& p) {
  const float a = p.width_mm / 2;
  const float b = p.length_mm / 2;
  Sprite sprite = fill(p.width_mm, p.length_mm, p.height_mm, [&](float x, float y) {
    const float inside = inside_box(x, y, a, b, 7);
    const float crumb =
        noise(x / 3, y / 3, p.seed) * 0.5F + noise(x / 12, y / 12, p.seed ^ 1) * 0.5F;
    Texel t{inside, 0.5F * p.height_mm * ramp(0, 7, inside) + 1.2F * crumb,
            shade(p.base, 0.8F + 0.4F * crumb)};
    t.colour = blend(t.colour, shade(p.base, 0.55F), ramp(5, 1, inside) * 0.7F);
    const float filling = std::fabs(std::fabs(y) - b * 0.78F);
    t.colour = blend(t.colour, p.accent, ramp(5, 3.5F, filling + 2 * crumb));
    if (std::fabs(y) < b * 0.52F) {  // cardboard sleeve
      t.relief_mm = 0.5F * p.height_mm * ramp(0, 4, inside) + 1.5F;
      t.colour = p.band;
      const float window = inside_box(x + a * 0.35F, y, a * 0.36F, b * 0.3F, 5);
      if (window > 0) {
        t.colour = blend(p.accent, p.base, ramp(0.4F, 0.6F, crumb));
      } else if (x > a * 0.08F && x < a * 0.86F && std::fabs(y) < b * 0.4F) {
        t.colour = blend(t.colour, rgb(250, 248, 240), lettering(x, y, 8, p.seed ^ 2));
      }
    }
    return t;
  });
  sprite.gloss = 0.25F;
  return sprite;
}

Sprite paint_carton(const Product& p) {
  const float a = p.width_mm / 2;
  const float b = p.length_mm / 2;
  Sprite sprite = fill(p.width_mm, p.length_mm, p.height_mm, [&](float x, float y) {
    const float inside = inside_box(x, y, a, b, 2.5F);
    const float fold = ramp(3, 0, std::fabs(y + b * 0.62F));
    Texel t{inside, 0.4F * p.height_mm * ramp(0, 2.5F, inside) + 2 * fold, p.base};
    if (y < -b * 0.62F || y > b * 0.72F) t.colour = p.band;
    const float logo = inside_ellipse(x, y + b * 0.15F, a * 0.62F, b * 0.27F);
    t.colour = blend(t.colour, p.accent, ramp(-0.4F, 0.4F, logo));
    if (logo > 3) t.colour = blend(t.colour, p.base, lettering(x, y, 9, p.seed ^ 1));
    if (y > b * 0.22F && y < b * 0.66F && std::fabs(x) < a * 0.8F) {
      t.colour = blend(t.colour, shade(p.band, 0.7F), lettering(x, y, 5, p.seed ^ 2));
    }
    return t;
  });
  sprite.gloss = 0.35F;
  return sprite;
}

}  // namespace

Sprite paint(const Product& product) {
  switch (product.body) {
    case Body::bowl:
      return paint_bowl(product);
    case Body::leaves:
      return paint_leaves(product);
    case Body::bun:
      return paint_bun(product);
    case Body::fruit:
      return paint_fruit(product);
    case Body::bottle:
      return paint_bottle(product);
    case Body::wedge:
      return paint_wedge(product);
    case Body::cup:
      return paint_cup(product);
    case Body::pot:
      return paint_pot(product);
    case Body::box:
      return paint_box(product);
    case Body::carton:
      return paint_carton(product);
  }
  return {};
}

}  // namespace trayline::tray
