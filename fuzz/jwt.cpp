// Fuzz target: any bytes as a token, as a JWKS document and as a sealed secret. Nothing unsigned
// may ever be accepted.
#include <cstdint>
#include <string_view>

#include "lib/auth/sealed.hpp"
#include "lib/auth/token.hpp"
#include "lib/base/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trayline;
  static const auth::RsaKey key = *auth::RsaKey::generate();
  static auth::Verifier verifier = [] {
    const Json jwk = Json::object({{"kty", "RSA"},
                                   {"kid", "k"},
                                   {"n", to_base64url(key.modulus())},
                                   {"e", to_base64url(key.exponent())}});
    const Json jwks = Json::object({{"keys", Json::Array{jwk}}});
    return auth::Verifier(*auth::KeySet::from_jwks(jwks.dump()), nullptr);
  }();
  static const auth::Sealer sealer = *auth::Sealer::from_text("k1 " + std::string(64, 'a'));

  const std::string_view text = as_text({data, size});
  const auth::Expectations expected{.issuer = "i", .clients = {"c"}};
  check(!verifier.verify(text, expected, from_ms(1)).has_value(), "unsigned bytes are no token");
  (void)verifier.names_unknown_key(text);
  (void)auth::KeySet::from_jwks(text);
  check(!sealer.open_sealed(text, "").has_value(), "unsealed bytes do not open");
  return 0;
}
