// What an intent's id says of its provider: its means may not be its payment's by now.
#pragma once
#include <string_view>

namespace trayline::payments {

// How the ids of the counter's promises begin.
inline constexpr std::string_view kCounterIntent = "counter_";

}  // namespace trayline::payments
