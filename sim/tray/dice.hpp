// Draws from a seed: the seed is the whole history (SplitMix64, as in lib/base/random.hpp, but by
// value and fast enough for textures). Values; one dice per thread.
#pragma once
#include <cmath>
#include <cstdint>
#include <string_view>

namespace trayline::tray {

// One step of SplitMix64 as a mixing function.
constexpr std::uint64_t mix(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}
constexpr std::uint64_t mix(std::uint64_t a, std::uint64_t b) { return mix(mix(a) ^ b); }

// FNV-1a, so that a name is a seed.
constexpr std::uint64_t seed_of(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  }
  return mix(hash);
}

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15ULL;
    return mix(state_);
  }
  // [0, 1)
  float unit() { return static_cast<float>(next() >> 40) * 0x1p-24F; }
  float between(float low, float high) { return low + (high - low) * unit(); }
  // around +- spread, flat
  float about(float around, float spread) { return between(around - spread, around + spread); }
  int below(int bound) { return static_cast<int>(next() % static_cast<std::uint64_t>(bound)); }
  bool chance(float p) { return unit() < p; }
  // About standard normal: the sum of four flat draws, so never beyond 3.5.
  float normal() {
    const std::uint64_t bits = next();
    float sum = -2;
    for (int i = 0; i < 4; ++i) sum += static_cast<float>((bits >> (16 * i)) & 0xFFFF) * 0x1p-16F;
    return sum * 1.7320508F;
  }

 private:
  std::uint64_t state_;
};

// Smooth noise in [0, 1] over the plane; one unit is one cell.
inline float lattice(int x, int y, std::uint64_t seed) {
  const std::uint64_t cell = (static_cast<std::uint64_t>(static_cast<std::uint32_t>(x)) << 32) |
                             static_cast<std::uint32_t>(y);
  return static_cast<float>(mix(cell ^ seed) >> 40) * 0x1p-24F;
}
inline float noise(float x, float y, std::uint64_t seed) {
  const float fx = std::floor(x);
  const float fy = std::floor(y);
  const int ix = static_cast<int>(fx);
  const int iy = static_cast<int>(fy);
  const auto smooth = [](float t) { return t * t * (3 - 2 * t); };
  const float tx = smooth(x - fx);
  const float ty = smooth(y - fy);
  const float top = std::lerp(lattice(ix, iy, seed), lattice(ix + 1, iy, seed), tx);
  const float low = std::lerp(lattice(ix, iy + 1, seed), lattice(ix + 1, iy + 1, seed), tx);
  return std::lerp(top, low, ty);
}

}  // namespace trayline::tray
