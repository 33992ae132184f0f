// What monitors accepts: what a screen shall show, and what it says it painted.
#pragma once
#include <variant>

#include "lib/wire/screen.hpp"

namespace trayline::wire::monitors {

// state.version and since_ms are monitors' own and ignored here.
struct Show {
  static constexpr std::string_view kType = "show";
  CoreId core;
  ScreenState state;
  bool update = false;  // news of an order: only where the screen still shows that order
  // When the tray was seen, by the clock of its core's boot; empty: by no camera, or not known.
  std::string boot_id;
  std::int64_t monotonic_ms = 0;
  static void describe(auto& member, auto& self) {
    member("core", self.core);
    member("state", self.state);
    member.defaulted("update", self.update);
    member.defaulted("boot_id", self.boot_id);
    member.defaulted("monotonic_ms", self.monotonic_ms);
  }
};

inline constexpr std::string_view kService = "monitors";
using In = std::variant<Show, Shown>;

}  // namespace trayline::wire::monitors
