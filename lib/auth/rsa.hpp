// One RSA key: RS256 (RSASSA-PKCS1-v1_5 with SHA-256, RFC 8017 8.2). Immutable and shared;
// thread-safe.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "lib/base/encoding.hpp"
#include "lib/base/result.hpp"

namespace trayline::auth {

// Bounds on keys from outside, in bits of the modulus.
inline constexpr std::size_t kRsaBitsMin = 2048;
inline constexpr std::size_t kRsaBitsMax = 4096;

class RsaKey {
 public:
  // A new key of 2048 bits from the system's randomness.
  static Result<RsaKey> generate();
  // A private key in PKCS #8 PEM; invalid_argument for anything else.
  static Result<RsaKey> from_pem(std::string_view pem);
  // A public key, big-endian bytes; invalid_argument outside the bounds or with an even exponent.
  static Result<RsaKey> from_public(const Bytes& modulus, const Bytes& exponent);

  bool can_sign() const;
  // PKCS #8; can_sign() must hold.
  std::string pem() const;
  // Big-endian without leading zeros.
  const Bytes& modulus() const;
  const Bytes& exponent() const;
  // base64url of the SHA-256 of the canonical JWK (RFC 7638).
  std::string thumbprint() const;

  // can_sign() must hold.
  Bytes sign(std::string_view message) const;
  // False also for a signature of another length than the modulus.
  bool verify(std::string_view message, const Bytes& signature) const;

 private:
  struct State;
  explicit RsaKey(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  static Result<RsaKey> from_handle(void* handle, bool has_private);
  std::shared_ptr<const State> state_;
};

}  // namespace trayline::auth
