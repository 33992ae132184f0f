// One seed: a store's virtual day with everything that goes wrong in it, then its healing, and what
// must hold all along and in the end. One thread.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "standalone/simulate/engine.hpp"
#include "standalone/simulate/ground.hpp"
#include "standalone/simulate/plants.hpp"

namespace trayline::simulate {

// Databases that one world after another stands on.
struct Grounds {
  Ground cloud;
  Ground cores[2];
  Metrics metrics;
};

struct Outcome {
  std::uint64_t seed = 0;
  std::uint64_t hash = 0;  // of everything that happened
  Millis elapsed{0};
  std::size_t orders = 0;
  std::size_t paid = 0;
  std::uint64_t events = 0;
  std::optional<std::string> violation;  // invariant and what was seen
};

// Runs the seed to its end or to the first violation; the same seed and plants give the same
// outcome. reader: sees every line of the trace, or is none.
Outcome run_world(std::uint64_t seed, Grounds& grounds, const Plants& plants, Trace::Reader reader);

}  // namespace trayline::simulate
