// The demo menu, and products drawn from a name.
#include "sim/tray/product.hpp"

#include <array>

#include "sim/tray/dice.hpp"

namespace trayline::tray {
namespace {

// How large things of one body are: across, along, above the mat; each +- a fifth.
struct Build {
  Body body;
  float width_mm, length_mm, height_mm;
};
constexpr std::array kBuilds{
    Build{Body::bowl, 112, 112, 50},  Build{Body::leaves, 116, 116, 55},
    Build{Body::bun, 66, 88, 38},     Build{Body::fruit, 70, 70, 60},
    Build{Body::bottle, 58, 162, 45}, Build{Body::wedge, 74, 104, 48},
    Build{Body::cup, 84, 84, 80},     Build{Body::pot, 72, 72, 60},
    Build{Body::box, 78, 112, 45},    Build{Body::carton, 64, 96, 50},
};

constexpr std::array kColours{
    rgb(196, 48, 40), rgb(232, 126, 32),  rgb(240, 196, 48), rgb(96, 150, 52),
    rgb(36, 110, 80), rgb(40, 96, 160),   rgb(92, 60, 130),  rgb(200, 90, 130),
    rgb(120, 72, 44), rgb(230, 222, 204), rgb(60, 60, 66),   rgb(150, 200, 214),
};

Product made(std::string sku, std::string name, const Build& size, std::array<Colour, 3> colours) {
  const std::uint64_t seed = seed_of(sku);
  return {std::move(sku), std::move(name), size.body,  size.width_mm, size.length_mm,
          size.height_mm, colours[0],      colours[1], colours[2],    seed};
}

}  // namespace

const std::vector<Product>& demo_menu() {
  static const std::vector<Product> menu{
      made("tomato-soup", "Tomato soup", {Body::bowl, 112, 112, 48},
           {rgb(236, 232, 222), rgb(200, 66, 34), rgb(70, 130, 48)}),
      made("green-salad", "Green salad", {Body::leaves, 124, 124, 55},
           {rgb(58, 52, 48), rgb(92, 148, 50), rgb(206, 54, 40)}),
      made("bread-roll", "Bread roll", {Body::bun, 68, 92, 40},
           {rgb(196, 132, 66), rgb(232, 200, 150), rgb(120, 70, 32)}),
      made("apple", "Apple", {Body::fruit, 72, 72, 62},
           {rgb(178, 34, 38), rgb(226, 178, 74), rgb(80, 54, 30)}),
      made("orange-juice", "Orange juice", {Body::bottle, 60, 165, 46},
           {rgb(242, 154, 34), rgb(46, 128, 62), rgb(250, 246, 232)}),
      made("blueberry-juice", "Blueberry juice", {Body::bottle, 60, 165, 46},
           {rgb(84, 34, 92), rgb(66, 86, 180), rgb(250, 246, 232)}),
      made("chocolate-cake", "Chocolate cake", {Body::wedge, 80, 112, 50},
           {rgb(78, 44, 28), rgb(240, 226, 206), rgb(190, 36, 52)}),
      made("coffee", "Coffee", {Body::cup, 86, 86, 80},
           {rgb(240, 238, 234), rgb(108, 66, 34), rgb(206, 160, 106)}),
      made("yoghurt", "Strawberry yoghurt", {Body::pot, 76, 76, 62},
           {rgb(244, 240, 240), rgb(222, 84, 128), rgb(186, 30, 60)}),
      made("sandwich", "Cheese sandwich", {Body::box, 84, 124, 45},
           {rgb(222, 186, 120), rgb(40, 118, 112), rgb(246, 206, 70)}),
  };
  return menu;
}

Product product_of(std::string_view sku) {
  for (const Product& product : demo_menu()) {
    if (product.sku == sku) return product;
  }
  Dice dice(seed_of(sku));
  Build build = kBuilds[static_cast<std::size_t>(dice.below(static_cast<int>(kBuilds.size())))];
  const float size = dice.about(1.0F, 0.2F);
  build.width_mm *= size;
  build.length_mm *= size;
  const auto colour = [&] {
    const Colour c =
        kColours[static_cast<std::size_t>(dice.below(static_cast<int>(kColours.size())))];
    return Colour{c.b * dice.about(1, 0.1F), c.g * dice.about(1, 0.1F), c.r * dice.about(1, 0.1F)};
  };
  const Colour base = colour();
  const Colour band = colour();
  const Colour accent = colour();
  return made(std::string(sku), std::string(sku), build, {base, band, accent});
}

Product twin_of(const Product& product) {
  Product twin = product;
  twin.sku += "-twin";
  twin.name += " (twin)";
  // Swapped channels: as bright as before, another hue; greys get a hue of their own.
  const Colour c = product.band;
  twin.band = {c.r, c.b, c.g};
  if (std::abs(c.r - c.g) + std::abs(c.g - c.b) < 40) twin.band = rgb(60, 120, 190);
  return twin;
}

}  // namespace trayline::tray
