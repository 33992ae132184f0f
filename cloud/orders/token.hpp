// The code that an order shows as a QR: 21 bytes, kind 1 = order, 8 bytes that name it, 4 bytes
// expiry (seconds since 1970, big-endian), 8 bytes of HMAC-SHA-256 over the 13 before. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/clock.hpp"
#include "lib/base/encoding.hpp"

namespace trayline::orders {

struct OrderToken {
  std::string code;  // 16 hex digits
  Time expires;      // whole seconds
};

// base64url of the 21 bytes; code must be 16 hex digits.
std::string sign_token(const OrderToken& token, std::string_view key);
// None for anything that we did not sign as an order's token.
std::optional<OrderToken> read_token(std::string_view text, std::string_view key);

}  // namespace trayline::orders
