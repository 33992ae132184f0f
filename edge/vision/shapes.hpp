// Points, boxes and blobs: the plain shapes that the stages of the pipeline hand to each other.
// Coordinates are pixels of the whole picture, origin top left. Plain values.
#pragma once
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "edge/vision/image.hpp"

namespace trayline::vision {

struct Point {
  float x = 0;
  float y = 0;
  bool operator==(const Point&) const = default;
  static void describe(auto& member, auto& self) {
    member("x", self.x);
    member("y", self.y);
  }
};

// A closed outline; empty means "the whole picture".
using Polygon = std::vector<Point>;

struct Rect {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
  bool operator==(const Rect&) const = default;
};

// What a size is counted in. Sizes of different units never compare.
enum class SizeUnit { none, px, mm2 };

inline constexpr auto enum_names(SizeUnit) {
  return std::to_array<std::pair<SizeUnit, std::string_view>>(
      {{SizeUnit::none, "none"}, {SizeUnit::px, "px"}, {SizeUnit::mm2, "mm2"}});
}

// One connected thing on the tray.
struct Blob {
  Rect box;        // within the picture
  Image mask;      // grey8 of the box's size: 255 is the thing, 0 is not
  float size = 0;  // area in mm2 where the station is calibrated, else in px; 0: not known
};

}  // namespace trayline::vision
