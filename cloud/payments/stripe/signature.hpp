// Webhook signatures (docs.stripe.com/webhooks/signature): Stripe-Signature says
// t=<unix seconds>,v1=<hex of HMAC-SHA-256(secret, t + "." + body)>[,v1=...][,v0=...]. Pure.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "lib/base/clock.hpp"
#include "lib/base/result.hpp"

namespace trayline::stripe {

// Into the past and into the future.
constexpr std::chrono::seconds signature_tolerance{300};

// Over the raw bytes as received, before anything is parsed. Any v1 may match any of the secrets
// (whole "whsec_..." texts; two are live while one is replaced); v0 and unknown schemes are
// ignored. unauthenticated with the reason for anything else.
Result<void> verify_signature(std::string_view body, std::string_view header,
                              std::span<const std::string> secrets, Time now);

// The header for a body, as the provider makes it.
std::string sign(std::string_view body, std::string_view secret, Time now);

}  // namespace trayline::stripe
