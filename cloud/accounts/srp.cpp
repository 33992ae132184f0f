// SRP over OpenSSL's big numbers.
#include "cloud/accounts/srp.hpp"

#include <openssl/bn.h>

#include <memory>

#include "lib/base/check.hpp"
#include "lib/base/digest.hpp"

namespace trayline::accounts::srp {
namespace {

// Secrets pass through these numbers, so they are wiped.
struct Free {
  void operator()(BIGNUM* n) const { BN_clear_free(n); }
  void operator()(BN_CTX* c) const { BN_CTX_free(c); }
};
using Number = std::unique_ptr<BIGNUM, Free>;
using Scratch = std::unique_ptr<BN_CTX, Free>;

Number make() {
  Number n(BN_new());
  check(n != nullptr, "memory for a number");
  return n;
}
Number from(const Bytes& bytes) {
  Number n(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
  check(n != nullptr, "memory for a number");
  return n;
}
Bytes to_bytes(const Number& n) {
  Bytes out(static_cast<std::size_t>(BN_num_bytes(n.get())));
  BN_bn2bin(n.get(), out.data());
  return out;
}
Number modulus() { return Number(BN_get_rfc3526_prime_3072(nullptr)); }
Number generator() {
  Number g = make();
  BN_set_word(g.get(), 2);
  return g;
}
Scratch scratch() { return Scratch(BN_CTX_secure_new()); }

Number power(const Number& base, const Number& exponent, const Number& n) {
  Number out = make();
  BN_set_flags(exponent.get(), BN_FLG_CONSTTIME);
  check(BN_mod_exp_mont_consttime(out.get(), base.get(), exponent.get(), n.get(), scratch().get(),
                                  nullptr) == 1,
        "a modular power");
  return out;
}
Number product(const Number& a, const Number& b, const Number& n) {
  Number out = make();
  check(BN_mod_mul(out.get(), a.get(), b.get(), n.get(), scratch().get()) == 1, "a product");
  return out;
}

Bytes hash(std::initializer_list<Bytes> parts) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  const Sha256 digest = sha256(all);
  return Bytes(digest.begin(), digest.end());
}
Bytes text_bytes(std::string_view text) { return Bytes(text.begin(), text.end()); }

}  // namespace

Bytes pad(const Bytes& number) {
  auto first = number.begin();
  while (first != number.end() && *first == 0) ++first;
  Bytes out(first, number.end());
  if (out.empty() || (out.front() & 0x80) != 0) out.insert(out.begin(), 0);
  return out;
}

Bytes multiplier() { return hash({pad(to_bytes(modulus())), pad({2})}); }

Bytes private_exponent(const Bytes& salt, const Identity& who, std::string_view password) {
  const Bytes inner = hash(
      {text_bytes(who.pool_name), text_bytes(who.user_id), text_bytes(":"), text_bytes(password)});
  return hash({pad(salt), inner});
}

Bytes verifier(const Bytes& x) { return to_bytes(power(generator(), from(x), modulus())); }

Bytes client_public(const Bytes& a) { return to_bytes(power(generator(), from(a), modulus())); }

Bytes server_public(const Bytes& v, const Bytes& b) {
  const Number n = modulus();
  const Number kv = product(from(multiplier()), from(v), n);
  const Number gb = power(generator(), from(b), n);
  Number out = make();
  check(BN_mod_add(out.get(), kv.get(), gb.get(), n.get(), scratch().get()) == 1, "a sum");
  return to_bytes(out);
}

bool is_sound_public(const Bytes& a_public) {
  Number rest = make();
  check(BN_nnmod(rest.get(), from(a_public).get(), modulus().get(), scratch().get()) == 1,
        "a remainder");
  return !BN_is_zero(rest.get());
}

Bytes scramble(const Bytes& a_public, const Bytes& b_public) {
  return hash({pad(a_public), pad(b_public)});
}

Bytes server_secret(const ServerSide& side) {
  const Number n = modulus();
  const Number vu = power(from(side.v), from(side.u), n);
  return to_bytes(power(product(from(side.a_public), vu, n), from(side.b), n));
}

Bytes session_key(const Bytes& u, const Bytes& secret) {
  const Sha256 extracted = hmac_sha256(pad(u), pad(secret));
  Bytes info = text_bytes("Caldera Derived Key");
  info.push_back(1);
  const Sha256 key = hmac_sha256(extracted, info);
  return Bytes(key.begin(), key.begin() + 16);
}

std::string signature(const Bytes& key, const Identity& who, std::string_view block,
                      std::string_view timestamp) {
  std::string message = who.pool_name + who.user_id;
  message.append(block).append(timestamp);
  return to_base64(hmac_sha256(key, as_bytes(message)));
}

}  // namespace trayline::accounts::srp
