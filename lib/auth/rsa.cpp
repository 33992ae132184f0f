// RSA through OpenSSL's EVP.
#include "lib/auth/rsa.hpp"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "lib/base/check.hpp"
#include "lib/base/digest.hpp"

namespace trayline::auth {
namespace {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* p) const {
    Free(p);
  }
};
using KeyHandle = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Deleter<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;
using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using Number = std::unique_ptr<BIGNUM, Deleter<BN_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Deleter<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Deleter<OSSL_PARAM_free>>;

// A key file is not encrypted; without this OpenSSL would ask the terminal for a password.
int no_password(char*, int, int, void*) { return -1; }

Bytes number_of(EVP_PKEY* key, const char* name) {
  BIGNUM* raw = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &raw) != 1) return {};
  const Number number(raw);
  Bytes out(static_cast<std::size_t>(BN_num_bytes(number.get())));
  BN_bn2bin(number.get(), out.data());
  return out;
}

Number to_number(const Bytes& bytes) {
  return Number(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
}

}  // namespace

struct RsaKey::State {
  KeyHandle key;
  Bytes modulus;
  Bytes exponent;
  bool can_sign = false;
};

Result<RsaKey> RsaKey::from_handle(void* handle, bool has_private) {
  auto state = std::make_shared<State>();
  state->key.reset(static_cast<EVP_PKEY*>(handle));
  if (EVP_PKEY_get_base_id(state->key.get()) != EVP_PKEY_RSA) {
    return fail(Code::invalid_argument, "not an RSA key");
  }
  state->modulus = number_of(state->key.get(), OSSL_PKEY_PARAM_RSA_N);
  state->exponent = number_of(state->key.get(), OSSL_PKEY_PARAM_RSA_E);
  state->can_sign = has_private;
  const auto bits = static_cast<std::size_t>(EVP_PKEY_get_bits(state->key.get()));
  if (bits < kRsaBitsMin || bits > kRsaBitsMax) {
    return fail(Code::invalid_argument, "an RSA key of " + std::to_string(bits) + " bits");
  }
  // SP 800-56B: odd, above 2^16, below 2^256; ours are 65537.
  const Bytes& e = state->exponent;
  if (e.size() < 3 || e.size() > 32 || e.back() % 2 == 0 || state->modulus.back() % 2 == 0) {
    return fail(Code::invalid_argument, "an RSA key with an unsound modulus or exponent");
  }
  return RsaKey(std::move(state));
}

Result<RsaKey> RsaKey::generate() {
  EVP_PKEY* key = EVP_RSA_gen(kRsaBitsMin);
  if (key == nullptr) return fail(Code::unavailable, "OpenSSL made no RSA key");
  return from_handle(key, true);
}

Result<RsaKey> RsaKey::from_pem(std::string_view pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  EVP_PKEY* key = PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr);
  if (key == nullptr) {
    ERR_clear_error();
    return fail(Code::invalid_argument, "no private key in PEM form");
  }
  return from_handle(key, true);
}

Result<RsaKey> RsaKey::from_public(const Bytes& modulus, const Bytes& exponent) {
  if (modulus.size() > kRsaBitsMax / 8 || exponent.size() > 32) {
    return fail(Code::invalid_argument, "an RSA key that is too large");
  }
  const Builder builder(OSSL_PARAM_BLD_new());
  const Number n = to_number(modulus);
  const Number e = to_number(exponent);
  check(n && e && OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) == 1 &&
            OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) == 1,
        "OpenSSL has memory");
  const Params params(OSSL_PARAM_BLD_to_param(builder.get()));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) {
    ERR_clear_error();
    return fail(Code::invalid_argument, "not an RSA public key");
  }
  return from_handle(key, false);
}

bool RsaKey::can_sign() const { return state_->can_sign; }
const Bytes& RsaKey::modulus() const { return state_->modulus; }
const Bytes& RsaKey::exponent() const { return state_->exponent; }

std::string RsaKey::pem() const {
  check(can_sign(), "only private keys are written as PEM");
  const Bio bio(BIO_new(BIO_s_mem()));
  check(PEM_write_bio_PKCS8PrivateKey(bio.get(), state_->key.get(), nullptr, nullptr, 0, nullptr,
                                      nullptr) == 1,
        "OpenSSL writes its own key");
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

std::string RsaKey::thumbprint() const {
  const std::string jwk = "{\"e\":\"" + to_base64url(exponent()) + "\",\"kty\":\"RSA\",\"n\":\"" +
                          to_base64url(modulus()) + "\"}";
  return to_base64url(sha256(as_bytes(jwk)));
}

Bytes RsaKey::sign(std::string_view message) const {
  check(can_sign(), "only private keys sign");
  const DigestContext context(EVP_MD_CTX_new());
  std::size_t size = modulus().size();
  Bytes out(size);
  const auto* data = reinterpret_cast<const unsigned char*>(message.data());
  // PKCS #1 v1.5 is OpenSSL's padding for EVP_DigestSign with RSA keys.
  check(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, state_->key.get()) == 1 &&
            EVP_DigestSign(context.get(), out.data(), &size, data, message.size()) == 1,
        "OpenSSL signs with its own key");
  out.resize(size);
  return out;
}

bool RsaKey::verify(std::string_view message, const Bytes& signature) const {
  if (signature.size() != modulus().size()) return false;
  const DigestContext context(EVP_MD_CTX_new());
  const auto* data = reinterpret_cast<const unsigned char*>(message.data());
  const bool good =
      EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, state_->key.get()) == 1 &&
      EVP_DigestVerify(context.get(), signature.data(), signature.size(), data, message.size()) ==
          1;
  if (!good) ERR_clear_error();
  return good;
}

}  // namespace trayline::auth
