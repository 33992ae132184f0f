// SRP-6a in the variant of Cognito user pools, as pure functions over big-endian numbers: the
// group of RFC 3526 section 4 (3072 bits), g = 2, SHA-256. No state, no I/O; thread-safe.
#pragma once
#include <string>
#include <string_view>

#include "lib/base/encoding.hpp"

namespace trayline::accounts::srp {

// A public value longer than this is refused by callers before it gets here (hex digits).
inline constexpr std::size_t kPublicDigitsMax = 768;

// The shortest big-endian form with a leading zero byte where the top bit is set, as a signed big
// integer is written; not the fixed width of RFC 5054.
Bytes pad(const Bytes& number);

// k = H(PAD(N) | PAD(g)).
Bytes multiplier();
// x = H(PAD(salt) | H(pool_name user_id ":" password)).
struct Identity {
  std::string pool_name;  // the pool id behind its underscore
  std::string user_id;    // USER_ID_FOR_SRP, immutable
};
Bytes private_exponent(const Bytes& salt, const Identity& who, std::string_view password);
// v = g^x mod N. Constant time in x.
Bytes verifier(const Bytes& x);
// A = g^a mod N, what a client sends; for tests.
Bytes client_public(const Bytes& a);
// B = (k v + g^b) mod N.
Bytes server_public(const Bytes& v, const Bytes& b);
// False for A = 0 mod N, which would make the secret known.
bool is_sound_public(const Bytes& a_public);
// u = H(PAD(A) | PAD(B)); the caller refuses u = 0.
Bytes scramble(const Bytes& a_public, const Bytes& b_public);

// S = (A v^u)^b mod N.
struct ServerSide {
  Bytes a_public;
  Bytes v;
  Bytes b;
  Bytes u;
};
Bytes server_secret(const ServerSide& side);
// 16 bytes: HMAC(HMAC(PAD(u), PAD(S)), "Caldera Derived Key" 0x01).
Bytes session_key(const Bytes& u, const Bytes& secret);
// base64 of HMAC(K, pool_name user_id block timestamp).
std::string signature(const Bytes& key, const Identity& who, std::string_view block,
                      std::string_view timestamp);

}  // namespace trayline::accounts::srp
