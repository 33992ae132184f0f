// Secrets and signatures of the Standard Webhooks specification 1.0.0 (symmetric, v1):
// github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/clock.hpp"
#include "lib/base/encoding.hpp"
#include "lib/base/result.hpp"

namespace trayline::webhooks {

// Bytes of a secret, as the specification bounds them.
inline constexpr std::size_t kSecretBytesMin = 24;
inline constexpr std::size_t kSecretBytesMax = 64;

// "whsec_<base64>" as bytes. invalid_argument says what it should be, without the secret.
Result<Bytes> read_secret(std::string_view text);

// The value of webhook-signature: "v1,<base64 of the HMAC-SHA-256>" over "<id>.<seconds>.<body>",
// one for each key, separated by spaces.
std::string sign(const std::vector<Bytes>& keys, std::string_view id, Time at,
                 std::string_view body);

// The value of webhook-timestamp: seconds since 1970.
std::string seconds_of(Time at);

}  // namespace trayline::webhooks
