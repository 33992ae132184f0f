// The version of the product.
#pragma once
#include <string_view>

namespace trayline {

inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace trayline
