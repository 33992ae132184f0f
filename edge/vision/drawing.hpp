// Trays drawn for this folder's tests: a surface, light, and things with a print on them.
#pragma once
#include <cstdint>
#include <vector>

#include "edge/vision/image.hpp"

namespace trayline::vision::drawing {

enum class Form { disc, box };

// Blue, green, red.
struct Ink {
  int b = 0, g = 0, r = 0;
};

struct Thing {
  Form form = Form::disc;
  int x = 0, y = 0;  // middle, px
  int width = 80, height = 80;
  double turn = 0;  // degrees
  Ink body{40, 40, 200};
  Ink print{235, 235, 235};  // a bar across the middle
};

struct Lamp {
  double gain = 1;
  double slope = 0;   // brightness from left to right, as a share
  double shadow = 1;  // of a wide soft shadow below each thing; 1: none
  double noise = 2;   // grey levels
};

inline constexpr int kWidth = 640;
inline constexpr int kHeight = 360;

Image draw(const std::vector<Thing>& things, const Lamp& lamp, std::uint64_t seed);

// Doubled in both directions.
Image doubled(const Image& image);

}  // namespace trayline::vision::drawing
