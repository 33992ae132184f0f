// The hand that sets things down: sleeve, forearm, palm, five fingers.
#include <array>

#include "sim/tray/brush.hpp"
#include "sim/tray/paint.hpp"

namespace trayline::tray {

Sprite paint_hand(std::uint64_t seed) {
  using namespace brush;
  constexpr std::array kSkins{rgb(232, 190, 164), rgb(206, 154, 122), rgb(150, 102, 74),
                              rgb(98, 66, 50)};
  constexpr std::array kSleeves{rgb(44, 58, 92), rgb(36, 36, 40), rgb(150, 52, 50),
                                rgb(214, 212, 206)};
  Dice dice(seed);
  const Colour skin = kSkins[static_cast<std::size_t>(dice.below(4))];
  const Colour sleeve = kSleeves[static_cast<std::size_t>(dice.below(4))];
  constexpr std::array kLimbs{
      Limb{0, 40, 29, 0, 330, 40},        Limb{0, -4, 39, 0, 26, 36},
      Limb{-26, -30, 10, -38, -92, 7.5F}, Limb{-9, -36, 10.5F, -13, -110, 8},
      Limb{10, -36, 10.5F, 14, -104, 8},  Limb{28, -26, 10, 38, -82, 7},
      Limb{-30, 20, 13, -70, -28, 9},
  };
  Sprite sprite = fill(170, 640, 70, [&](float x, float y) {
    float inside = -99;
    for (const Limb& limb : kLimbs) inside = std::max(inside, inside_limb(x, y, limb));
    const float lines = noise(x / 5, y / 7, seed) * 0.12F;
    Texel t{inside, 18 * ramp(0, 16, inside), shade(skin, 0.94F + lines)};
    if (y > 92) {
      const float weave =
          noise(x / 2, y / 2, seed ^ 1) * 0.2F + noise(x / 30, y / 14, seed ^ 2) * 0.3F;
      t.colour = shade(sleeve, 0.8F + weave);
    }
    return t;
  });
  sprite.gloss = 0.05F;
  return sprite;
}

}  // namespace trayline::tray
