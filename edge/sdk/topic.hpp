// Which local topics a filter takes: levels between slashes, + is one level, # the rest (MQTT 3.1.1
// 4.7 without its rule on $). Pure. Not part of the SDK's interface.
#pragma once
#include <string_view>

namespace trayline::edge {

bool fits(std::string_view filter, std::string_view topic);

}  // namespace trayline::edge
