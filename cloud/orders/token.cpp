#include "cloud/orders/token.hpp"

#include "lib/base/check.hpp"
#include "lib/base/digest.hpp"

namespace trayline::orders {
namespace {

constexpr std::uint8_t kOrderKind = 1;
constexpr std::uint8_t kCustomerKind = 2;
constexpr std::size_t kMac = 8;
constexpr std::size_t kOrderSize = 21;
constexpr std::size_t kCustomerHead = 5;  // kind and expiry

void put_seconds(Bytes& bytes, Time time) {
  const std::int64_t seconds = to_ms(time) / 1000;
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<std::uint8_t>(seconds >> shift));
  }
}

Time seconds_at(const Bytes& bytes, std::size_t from) {
  std::int64_t seconds = 0;
  for (std::size_t i = from; i < from + 4; ++i) seconds = seconds << 8 | bytes[i];
  return from_ms(seconds * 1000);
}

std::string with_mac(Bytes bytes, std::string_view key) {
  const Sha256 mac = hmac_sha256(as_bytes(key), bytes);
  bytes.insert(bytes.end(), mac.begin(), mac.begin() + kMac);
  return to_base64url(bytes);
}

// The bytes before the MAC.
std::optional<Bytes> without_mac(std::string_view text, std::uint8_t kind, std::string_view key) {
  Result<Bytes> bytes = from_base64url(text);
  if (!bytes || bytes->size() <= kMac || bytes->front() != kind) return std::nullopt;
  const std::size_t length = bytes->size() - kMac;
  const Sha256 mac = hmac_sha256(as_bytes(key), std::span(*bytes).first(length));
  const std::string_view ours = as_text(std::span(mac).first(kMac));
  if (!equal_in_constant_time(ours, as_text(std::span(*bytes).subspan(length)))) {
    return std::nullopt;
  }
  bytes->resize(length);
  return std::move(*bytes);
}

}  // namespace

std::string sign_token(const OrderToken& token, std::string_view key) {
  const Result<Bytes> code = from_hex(token.code);
  check(code.has_value() && code->size() == 8, "an order's code is 16 hex digits");
  Bytes bytes{kOrderKind};
  bytes.insert(bytes.end(), code->begin(), code->end());
  put_seconds(bytes, token.expires);
  return with_mac(std::move(bytes), key);
}

std::optional<OrderToken> read_token(std::string_view text, std::string_view key) {
  const std::optional<Bytes> bytes = without_mac(text, kOrderKind, key);
  if (!bytes || bytes->size() != kOrderSize - kMac) return std::nullopt;
  return OrderToken{to_hex(std::span(*bytes).subspan(1, 8)), seconds_at(*bytes, 9)};
}

std::string sign_customer(const CustomerToken& token, std::string_view key) {
  const std::string& id = token.user.value;
  check(!id.empty() && id.size() <= kCustomerBytesMax, "an account's id has 1 to 64 bytes");
  Bytes bytes{kCustomerKind};
  put_seconds(bytes, token.expires);
  bytes.insert(bytes.end(), id.begin(), id.end());
  return with_mac(std::move(bytes), key);
}

std::optional<CustomerToken> read_customer(std::string_view text, std::string_view key) {
  const std::optional<Bytes> bytes = without_mac(text, kCustomerKind, key);
  if (!bytes || bytes->size() <= kCustomerHead ||
      bytes->size() > kCustomerHead + kCustomerBytesMax) {
    return std::nullopt;
  }
  const std::string_view id = as_text(std::span(*bytes).subspan(kCustomerHead));
  return CustomerToken{UserId(std::string(id)), seconds_at(*bytes, 1)};
}

}  // namespace trayline::orders
