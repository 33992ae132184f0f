// Bytes as text: hex, base64 and base64url (RFC 4648), percent-encoding (RFC 3986).
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.hpp"

namespace trayline {

using Bytes = std::vector<std::uint8_t>;

inline std::span<const std::uint8_t> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Lower case.
std::string to_hex(std::span<const std::uint8_t> bytes);
// Either case; an odd length or another character is invalid_argument.
Result<Bytes> from_hex(std::string_view text);

// base64 with padding; base64url without.
std::string to_base64(std::span<const std::uint8_t> bytes);
std::string to_base64url(std::span<const std::uint8_t> bytes);
// Strict: no white space, right padding, unused bits zero.
Result<Bytes> from_base64(std::string_view text);
Result<Bytes> from_base64url(std::string_view text);

// Everything but A-Z a-z 0-9 - . _ ~ becomes %XX.
std::string percent_encode(std::string_view text);
// form: '+' means space. A broken escape is invalid_argument.
Result<std::string> percent_decode(std::string_view text, bool form = false);

}  // namespace trayline
