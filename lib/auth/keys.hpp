// The keys of one issuer by kid. One of them may sign; the others stay so that older tokens still
// verify. Plain value (copies share the keys), thread-compatible.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "lib/auth/rsa.hpp"
#include "lib/base/json.hpp"
#include "lib/base/result.hpp"

namespace trayline::auth {

// More keys than this in one set are refused.
inline constexpr std::size_t kKeysMax = 32;

class KeySet {
 public:
  KeySet() = default;

  // Reads <folder>/<kid>.pem (mode 0600 each) and <folder>/signing, which names the kid that signs.
  // An absent or empty folder gets a first key of 2048 bits. Errors as read_secret_file, and
  // invalid_argument where the files do not fit together.
  static Result<KeySet> open(const std::string& folder);
  // The public keys of an issuer's JWKS document (RFC 7517): RSA keys for RS256 signatures with a
  // kid are taken, others are passed over; invalid_argument for none, a repeated kid or bad text.
  static Result<KeySet> from_jwks(std::string_view text);

  // Makes and stores another key, which is published at once and signs only after sign_with():
  // at least one cache time of the verifiers later. Returns its kid.
  static Result<std::string> add(const std::string& folder);
  // Makes a stored key the signing one; not_found for another kid. Takes effect with open().
  static Result<void> sign_with(const std::string& folder, const std::string& kid);

  // Null where there is none. Every key here is for RS256 and nothing else.
  const RsaKey* find(std::string_view kid) const;
  // Empty where the set only verifies.
  const std::string& signing_kid() const { return signing_; }
  std::size_t size() const { return keys_.size(); }
  // {"keys": [{kty, n, e, alg, use, kid}]}: public parts only.
  Json jwks() const;

 private:
  std::map<std::string, RsaKey, std::less<>> keys_;
  std::string signing_;
};

}  // namespace trayline::auth
