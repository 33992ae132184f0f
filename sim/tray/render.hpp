// A scene as a camera above the mat would see it: 1280 x 720 BGR at 2 px/mm. The same station seed,
// scene and frame seed give the same bytes. Not thread-safe.
#pragma once
#include <cstdint>
#include <memory>

#include "edge/vision/image.hpp"
#include "sim/tray/scene.hpp"

namespace trayline::tray {

// The light of one moment, around what the station is built with.
struct Light {
  float gain = 1;
  float cast_b = 1, cast_r = 1;    // against green
  float slope_x = 0, slope_y = 0;  // brightness from one border to the other, as a share
  float flicker = 0;               // amplitude of mains banding
  float flicker_phase = 0;         // radians
  float noise = 2.0F;              // sigma, grey levels
};
// A day's light: gain +- strength, slopes and cast in proportion.
Light light_of(std::uint64_t seed, float strength = 0.06F);

class Renderer {
 public:
  // The station's seed gives mat, grain, lamp and vignette.
  Renderer(std::uint64_t station_seed, Shelf& shelf);
  ~Renderer();
  Renderer(const Renderer&) = delete;
  Renderer& operator=(const Renderer&) = delete;

  // invalid_argument where the scene's code cannot be drawn.
  Result<vision::Image> render(const Scene& scene, const Light& light, std::uint64_t frame_seed);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The box of an item in the frame, in pixels: x, y, width, height, cut at the borders.
struct Box {
  int x = 0, y = 0, width = 0, height = 0;
};
Box box_of(const Sprite& sprite, const Placed& item);

}  // namespace trayline::tray
