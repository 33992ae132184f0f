// Codes that are shown as a QR and seen by the camera, signed with HMAC-SHA-256, of which they hold
// the first 8 bytes. Kind 1, an order: 8 bytes that name it, 4 bytes expiry (seconds since 1970,
// big-endian), MAC: 21 bytes. Kind 2, a customer: 4 bytes expiry, the account's id, MAC. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/clock.hpp"
#include "lib/base/encoding.hpp"
#include "lib/base/ids.hpp"

namespace trayline::orders {

struct OrderToken {
  std::string code;  // 16 hex digits
  Time expires;      // whole seconds
};

// base64url of the 21 bytes; code must be 16 hex digits.
std::string sign_token(const OrderToken& token, std::string_view key);
// None for anything that we did not sign as an order's token.
std::optional<OrderToken> read_token(std::string_view text, std::string_view key);

// An account's id has at most so many bytes.
inline constexpr std::size_t kCustomerBytesMax = 64;

struct CustomerToken {
  UserId user;
  Time expires;  // whole seconds
};

// base64url; the id must have 1 to kCustomerBytesMax bytes.
std::string sign_customer(const CustomerToken& token, std::string_view key);
// None for anything that we did not sign as a customer's token.
std::optional<CustomerToken> read_customer(std::string_view text, std::string_view key);

}  // namespace trayline::orders
