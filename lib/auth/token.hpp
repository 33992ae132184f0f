// JSON Web Tokens (RFC 7519, 8725) in the one form that we issue and accept: RS256, a known kid,
// strict types. Signing and verifying; knows no user and no store.
#pragma once
#include <array>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/auth/keys.hpp"
#include "lib/auth/revocations.hpp"
#include "lib/base/clock.hpp"
#include "lib/base/digest.hpp"
#include "lib/base/json.hpp"
#include "lib/base/result.hpp"

namespace trayline::auth {

inline constexpr std::size_t kTokenBytesMax = 8 * 1024;
inline constexpr Millis kLeewayMax{60'000};
// Details of refusals that callers tell apart.
inline constexpr std::string_view kExpired = "expired";
inline constexpr std::string_view kRevoked = "revoked";

enum class TokenUse { access, id };

// What a verified token says. Times to the second.
struct Claims {
  std::string subject;
  std::string issuer;
  std::string client;  // client_id of an access token, aud of an id token
  TokenUse use = TokenUse::access;
  std::string username;
  std::string email;
  std::string name;
  bool email_verified = false;
  std::string scope;
  std::string jti;
  std::string origin_jti;
  std::vector<std::string> groups;
  Time issued;
  Time not_before;
  Time expires;
  bool operator==(const Claims&) const = default;
};

struct Expectations {
  std::string issuer;                // byte for byte
  std::vector<std::string> clients;  // one of these
  TokenUse use = TokenUse::access;
  Millis leeway{0};  // for clocks that differ; at most kLeewayMax
};

// The signed compact form of these claims under the set's signing key. Thread-safe.
std::string sign_token(const KeySet& keys, const Json& claims);

// Belongs to one thread.
class Verifier {
 public:
  static constexpr std::size_t kCacheMax = 8192;

  // revocations may be null (an issuer that revokes nothing here) and outlives the verifier.
  Verifier(KeySet keys, const Revocations* revocations, std::size_t cache_max = kCacheMax);

  // unauthenticated with the reason (for logs alone) for anything but a good token. A good
  // signature is remembered until the token expires; everything else is checked each time.
  Result<Claims> verify(std::string_view token, const Expectations& expected, Time now);

  // After a rotation, or a newer JWKS document of an issuer elsewhere. Forgets the cache.
  void set_keys(KeySet keys);
  // Whether a set fetched again might help: the token names a kid that is not here.
  bool names_unknown_key(std::string_view token) const;
  std::uint64_t cache_hits() const { return hits_; }

 private:
  struct HashOf {
    std::size_t operator()(const Sha256& digest) const;
  };
  void remember(const Sha256& digest, const Claims& claims, Time now);

  KeySet keys_;
  const Revocations* revocations_;
  std::size_t cache_max_;
  std::unordered_map<Sha256, Claims, HashOf> cache_;
  std::deque<Sha256> oldest_first_;
  std::uint64_t hits_ = 0;
};

}  // namespace trayline::auth
