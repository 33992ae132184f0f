// Sealed verifiers and hashed codes.
#include "cloud/accounts/password.hpp"

#include "cloud/accounts/srp.hpp"
#include "lib/base/digest.hpp"

namespace trayline::accounts {
namespace {

constexpr std::size_t kSaltBytes = 16;

std::string belongs_to(const Owner& owner) {
  return "verifier\n" + owner.pool_name + "\n" + owner.user_id;
}

std::string verifier_hex(const Bytes& salt, const Owner& owner, std::string_view password) {
  const Bytes x = srp::private_exponent(
      salt, {.pool_name = owner.pool_name, .user_id = owner.user_id}, password);
  return to_hex(srp::verifier(x));
}

}  // namespace

std::string seal_password(const auth::Sealer& sealer, const Owner& owner, std::string_view password,
                          Random& random) {
  Bytes salt(kSaltBytes);
  random.fill(salt);
  const std::string secret = to_hex(salt) + ":" + verifier_hex(salt, owner, password);
  return sealer.seal(secret, belongs_to(owner), random);
}

bool password_fits(const auth::Sealer& sealer, const Owner& owner, const std::string& sealed,
                   std::string_view password) {
  const Result<std::string> secret = sealer.open_sealed(sealed, belongs_to(owner));
  if (!secret) return false;
  const std::size_t colon = secret->find(':');
  if (colon == std::string::npos) return false;
  const Result<Bytes> salt = from_hex(secret->substr(0, colon));
  if (!salt) return false;
  return equal_in_constant_time(secret->substr(colon + 1), verifier_hex(*salt, owner, password));
}

void waste_as_much_time(const auth::Sealer& sealer, const std::string& username_key,
                        std::string_view password) {
  const Sha256 salt = hmac_sha256(sealer.derive("salts of nobody"), as_bytes(username_key));
  const Owner nobody{.pool_name = "", .user_id = username_key};
  (void)sealer.open_sealed("1.none." + to_base64url(Bytes(620, 0)), belongs_to(nobody));
  const std::string hex =
      verifier_hex(Bytes(salt.begin(), salt.begin() + kSaltBytes), nobody, password);
  (void)equal_in_constant_time(hex, hex);
}

std::string new_code(Random& random) {
  const std::string digits = std::to_string(random.below(1'000'000));
  return std::string(6 - digits.size(), '0') + digits;
}

std::string code_owner(std::string_view purpose, const std::string& username_key) {
  return "code\n" + std::string(purpose) + "\n" + username_key;
}

std::string code_hash(const auth::Sealer& sealer, std::string_view purpose,
                      const std::string& username_key, std::string_view code) {
  const std::string text = code_owner(purpose, username_key) + "\n" + std::string(code);
  return to_hex(hmac_sha256(sealer.derive("codes"), as_bytes(text)));
}

}  // namespace trayline::accounts
