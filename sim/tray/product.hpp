// What can lie on a tray: a product's body, size and colours, all drawn from its name. Says nothing
// about pixels (paint.hpp) or places (scene.hpp). Plain values.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace trayline::tray {

// 0..255 per channel, display space.
struct Colour {
  float b = 0, g = 0, r = 0;
};
constexpr Colour rgb(int r, int g, int b) {
  return {static_cast<float>(b), static_cast<float>(g), static_cast<float>(r)};
}

enum class Body { bowl, leaves, bun, fruit, bottle, wedge, cup, pot, box, carton };

// Seen from above; millimetres at scale 1.
struct Product {
  std::string sku;
  std::string name;
  Body body = Body::box;
  float width_mm = 80;   // across
  float length_mm = 80;  // along
  float height_mm = 40;  // above the mat, for shadows
  Colour base;           // the body
  Colour band;           // what twins differ in
  Colour accent;         // print, toppings
  std::uint64_t seed = 0;
};

// The menu of the demo store: ten products that a person tells apart at a glance.
const std::vector<Product>& demo_menu();

// The product of a SKU: of the demo menu, else one drawn from the name, the same for the same name
// in every process.
Product product_of(std::string_view sku);

// The same body and size with another colour on its band; the SKU gets "-twin" appended.
Product twin_of(const Product& product);

}  // namespace trayline::tray
