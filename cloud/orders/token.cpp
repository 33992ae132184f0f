#include "cloud/orders/token.hpp"

#include "lib/base/check.hpp"
#include "lib/base/digest.hpp"

namespace trayline::orders {
namespace {

constexpr std::uint8_t kOrderKind = 1;
constexpr std::size_t kSigned = 13;
constexpr std::size_t kSize = 21;

}  // namespace

std::string sign_token(const OrderToken& token, std::string_view key) {
  const Result<Bytes> code = from_hex(token.code);
  check(code.has_value() && code->size() == 8, "an order's code is 16 hex digits");
  Bytes bytes{kOrderKind};
  bytes.insert(bytes.end(), code->begin(), code->end());
  const std::int64_t seconds = to_ms(token.expires) / 1000;
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<std::uint8_t>(seconds >> shift));
  }
  const Sha256 mac = hmac_sha256(as_bytes(key), bytes);
  bytes.insert(bytes.end(), mac.begin(), mac.begin() + 8);
  return to_base64url(bytes);
}

std::optional<OrderToken> read_token(std::string_view text, std::string_view key) {
  const Result<Bytes> bytes = from_base64url(text);
  if (!bytes || bytes->size() != kSize || bytes->front() != kOrderKind) return std::nullopt;
  const Sha256 mac = hmac_sha256(as_bytes(key), std::span(*bytes).first(kSigned));
  const std::string_view ours = as_text(std::span(mac).first(8));
  if (!equal_in_constant_time(ours, as_text(std::span(*bytes).subspan(kSigned))))
    return std::nullopt;
  std::int64_t seconds = 0;
  for (std::size_t i = 9; i < kSigned; ++i) seconds = seconds << 8 | (*bytes)[i];
  return OrderToken{to_hex(std::span(*bytes).subspan(1, 8)), from_ms(seconds * 1000)};
}

}  // namespace trayline::orders
