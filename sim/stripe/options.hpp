// The command line of trayline-stripe.
#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "lib/base/result.hpp"
#include "sim/stripe/simulator.hpp"

namespace trayline::stripe_sim {

struct Options {
  SimulatorSettings simulator;
  std::uint16_t port = 0;
  bool help = false;
};

// Without the program's name. invalid_argument names the argument that is wrong; key files are
// read here.
Result<Options> parse_options(std::span<const std::string> arguments);
std::string help_text();

}  // namespace trayline::stripe_sim
