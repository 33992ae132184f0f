// Secrets at rest: AES-256-GCM (NIST SP 800-38D) under a key from a file. What is sealed is bound
// to the text it belongs to, so that a row's secret cannot be moved to another row.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "lib/base/digest.hpp"
#include "lib/base/random.hpp"
#include "lib/base/result.hpp"

namespace trayline::auth {

// The first key seals, every key opens. Plain value; const members are thread-safe.
class Sealer {
 public:
  // The file holds lines "<id> <64 hex digits>"; ids are [a-z0-9]{1,16}. It is made with one key
  // where there is none. Errors as read_secret_file, invalid_argument with the line for bad text.
  static Result<Sealer> open(const std::string& path, Random& random);
  // The same text without a file.
  static Result<Sealer> from_text(std::string_view text);

  // "1.<key id>.<base64url of nonce, cipher text and tag>". belongs_to is authenticated, not kept.
  // Random 96-bit nonces: one key is good for 2^32 sealings.
  std::string seal(std::string_view secret, std::string_view belongs_to, Random& random) const;
  // invalid_argument for text that was not sealed for this owner under a key of this file.
  Result<std::string> open_sealed(std::string_view sealed, std::string_view belongs_to) const;

  // A key for another purpose (HMAC of codes, stable answers for unknown users): HMAC-SHA-256 of
  // the label under the oldest key, so that it outlives rotation.
  Sha256 derive(std::string_view label) const;

 private:
  std::map<std::string, std::string, std::less<>> keys_;  // id -> 32 bytes
  std::string sealing_;                                   // id of the first line
  std::string oldest_;                                    // id of the last line
};

}  // namespace trayline::auth
