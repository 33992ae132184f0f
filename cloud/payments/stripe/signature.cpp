#include "cloud/payments/stripe/signature.hpp"

#include <charconv>
#include <optional>
#include <vector>

#include "lib/base/digest.hpp"
#include "lib/base/encoding.hpp"

namespace trayline::stripe {
namespace {

constexpr std::size_t header_bytes_max = 2048;
constexpr std::size_t candidates_max = 8;

struct Parts {
  std::string_view time_text;
  std::int64_t time = 0;
  std::vector<std::string_view> candidates;
};

std::optional<Parts> parse(std::string_view header) {
  if (header.size() > header_bytes_max) return std::nullopt;
  Parts parts;
  while (!header.empty()) {
    const std::size_t end = std::min(header.find(','), header.size());
    const std::string_view item = header.substr(0, end);
    header.remove_prefix(std::min(end + 1, header.size()));
    if (item.starts_with("t=")) {
      if (!parts.time_text.empty()) return std::nullopt;
      parts.time_text = item.substr(2);
    } else if (item.starts_with("v1=")) {
      if (parts.candidates.size() == candidates_max) return std::nullopt;
      parts.candidates.push_back(item.substr(3));
    }
  }
  const char* last = parts.time_text.data() + parts.time_text.size();
  const auto [stopped, error] = std::from_chars(parts.time_text.data(), last, parts.time);
  if (parts.time_text.empty() || error != std::errc() || stopped != last || parts.time < 0 ||
      parts.candidates.empty()) {
    return std::nullopt;
  }
  return parts;
}

std::string digest(std::string_view time, std::string_view body, std::string_view secret) {
  const std::string message = std::string(time) + "." + std::string(body);
  return to_hex(hmac_sha256(as_bytes(secret), as_bytes(message)));
}

std::int64_t seconds(Time now) {
  return std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
}

}  // namespace

Result<void> verify_signature(std::string_view body, std::string_view header,
                              std::span<const std::string> secrets, Time now) {
  const auto parts = parse(header);
  if (!parts) return fail(Code::unauthenticated, "the Stripe-Signature header cannot be read");
  bool matches = false;
  for (const std::string& secret : secrets) {
    if (secret.empty()) continue;
    const std::string expected = digest(parts->time_text, body, secret);
    for (const std::string_view candidate : parts->candidates) {
      matches = equal_in_constant_time(candidate, expected) || matches;
    }
  }
  if (!matches) return fail(Code::unauthenticated, "no signature of the webhook matches");
  const std::int64_t here = seconds(now);
  const std::int64_t there = parts->time;
  const std::int64_t apart = here > there ? here - there : there - here;
  if (apart > signature_tolerance.count()) {
    return fail(Code::unauthenticated, "the webhook was signed too long ago or in the future");
  }
  return {};
}

std::string sign(std::string_view body, std::string_view secret, Time now) {
  const std::string time = std::to_string(seconds(now));
  return "t=" + time + ",v1=" + digest(time, body, secret);
}

}  // namespace trayline::stripe
