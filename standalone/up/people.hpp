// The people whom somebody in front of the local store can be: a guest with a card, and a member of
// staff. They are signed up once and kept with the state folder.
#pragma once
#include <string>
#include <string_view>

#include "standalone/up/launch.hpp"

namespace trayline::up {

// The guest is the store's first customer; cloud.toml names this one as staff (config_files.cpp).
inline constexpr std::string_view kGuest = "guest@example.org";

// Signs up who is not there yet. Gives their password. Blocks; beside the loop's thread.
Result<std::string> meet_people(Launch& launch);

}  // namespace trayline::up
