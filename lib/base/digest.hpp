// SHA-256 and HMAC-SHA-256 (FIPS 180-4, RFC 2104) and comparison in constant time.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "lib/base/encoding.hpp"

namespace trayline {

using Sha256 = std::array<std::uint8_t, 32>;

Sha256 sha256(std::span<const std::uint8_t> bytes);
Sha256 hmac_sha256(std::span<const std::uint8_t> key, std::span<const std::uint8_t> message);
// Lower-case hex of the SHA-256 of the text.
std::string sha256_hex(std::string_view text);
// Takes the same time wherever the first difference is.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace trayline
