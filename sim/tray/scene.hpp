// Where things lie: a tray as values, in millimetres on the mat. Laying out and moving are pure and
// drawn from a seed; render.hpp turns a scene into pixels.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.hpp"
#include "sim/tray/paint.hpp"

namespace trayline::tray {

inline constexpr int kFrameWidth = 1280;
inline constexpr int kFrameHeight = 720;
inline constexpr float kPxPerMm = 2.0F;
inline constexpr float kMatWidthMm = kFrameWidth / kPxPerMm;
inline constexpr float kMatHeightMm = kFrameHeight / kPxPerMm;
// A tray of more items is refused.
inline constexpr int kItemsMax = 40;

// Millimetres from the upper left corner of the frame; turn in radians, clockwise.
struct Pose {
  float x_mm = 0, y_mm = 0, turn = 0;
  bool operator==(const Pose&) const = default;
};

// One thing that lies there. scale, stretch and gain vary from copy to copy of a product.
struct Placed {
  std::string sku;
  Pose pose;
  float scale = 1;
  float stretch = 1;  // along against across
  float gain = 1;     // brighter or darker than its fellows
  bool operator==(const Placed&) const = default;
};

struct CodeCard {
  std::string bytes;
  Pose pose;
  bool on_phone = false;
  bool operator==(const CodeCard&) const = default;
};

struct Scene {
  std::vector<Placed> items;
  std::optional<CodeCard> code;
  std::optional<Pose> hand;
  std::uint64_t hand_seed = 0;
  bool operator==(const Scene&) const = default;
};

// Painted products, each painted once. `iconic`: a folder of studio photos <class>.jpg; a SKU that
// names one is cut out from it (longer side 70 to 120 mm, fixed by its name). Not thread-safe.
class Shelf {
 public:
  explicit Shelf(std::string iconic = {}) : iconic_(std::move(iconic)) {}
  // The reference stays valid as long as the shelf.
  const Sprite& sprite(const std::string& sku);
  // Paints the code's carrier anew when the bytes change.
  Result<const Sprite*> code(const CodeCard& card);
  const Sprite& hand(std::uint64_t seed);

 private:
  std::string iconic_;
  std::map<std::string, std::unique_ptr<Sprite>> sprites_;
  std::map<std::uint64_t, std::unique_ptr<Sprite>> hands_;
  std::string code_key_;
  std::unique_ptr<Sprite> code_;
};

struct Spacing {
  float gap_mm = 10;      // at least, between any two things
  bool touching = false;  // items are pushed against each other
  float overlap = 0;      // with touching: share of the smaller one that may be covered
};

struct Wanted {
  std::vector<std::string> skus;  // one per copy
  std::optional<CodeCard> code;   // its pose is found
  Spacing spacing;
};

// Adds what is wanted at free places with free rotation. exhausted where the mat has no room left;
// the scene is then unchanged.
Result<void> lay(Scene& scene, const Wanted& wanted, Shelf& shelf, std::uint64_t seed);

// Every thing shifted a few millimetres and turned a little, as by an elbow.
Scene nudged(const Scene& scene, std::uint64_t seed);

}  // namespace trayline::tray
