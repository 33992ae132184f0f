// AES-256-GCM through OpenSSL's EVP.
#include "lib/auth/sealed.hpp"

#include <openssl/evp.h>

#include <memory>

#include "lib/auth/secret_file.hpp"
#include "lib/base/check.hpp"

namespace trayline::auth {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kSealedBytesMax = 64 * 1024;

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* c) const { EVP_CIPHER_CTX_free(c); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

// What is authenticated beside the secret: the form, the key and the owner.
std::string associated(std::string_view key_id, std::string_view belongs_to) {
  return "1." + std::string(key_id) + "." + std::string(belongs_to);
}

bool is_key_id(std::string_view text) {
  return !text.empty() && text.size() <= 16 &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789") == std::string_view::npos;
}

}  // namespace

Result<Sealer> Sealer::from_text(std::string_view text) {
  Sealer sealer;
  int number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.empty()) continue;
    const std::size_t space = std::min(line.find(' '), line.size());
    const std::string id(line.substr(0, space));
    const Result<Bytes> key = from_hex(line.substr(std::min(space + 1, line.size())));
    if (!is_key_id(id) || !key || key->size() != kKeyBytes) {
      return fail(Code::invalid_argument,
                  "line " + std::to_string(number) + ": expected an id and 64 hex digits");
    }
    if (!sealer.keys_.emplace(id, std::string(as_text(*key))).second) {
      return fail(Code::invalid_argument, "line " + std::to_string(number) + ": a repeated id");
    }
    if (sealer.sealing_.empty()) sealer.sealing_ = id;
    sealer.oldest_ = id;
  }
  if (sealer.keys_.empty()) return fail(Code::invalid_argument, "no key");
  return sealer;
}

Result<Sealer> Sealer::open(const std::string& path, Random& random) {
  Result<std::string> text = read_secret_file(path);
  if (!text && text.error().code == Code::not_found) {
    Bytes key(kKeyBytes);
    random.fill(key);
    text = "k1 " + to_hex(key) + "\n";
    if (Result<void> done = write_secret_file(path, *text); !done) return fail(done.error());
  }
  if (!text) return fail(text.error());
  Result<Sealer> sealer = from_text(*text);
  if (!sealer) return fail(sealer.error().code, path + ": " + sealer.error().detail);
  return sealer;
}

std::string Sealer::seal(std::string_view secret, std::string_view belongs_to,
                         Random& random) const {
  check(secret.size() <= kSealedBytesMax, "a secret of at most 64 KiB");
  const std::string& key = keys_.at(sealing_);
  const std::string header = associated(sealing_, belongs_to);
  std::string out(kNonceBytes + secret.size() + kTagBytes, '\0');
  random.fill({bytes(out), kNonceBytes});
  unsigned char* body = bytes(out) + kNonceBytes;
  const Context context(EVP_CIPHER_CTX_new());
  int n = 0;
  check(EVP_EncryptInit_ex2(context.get(), EVP_aes_256_gcm(), bytes(std::string_view(key)),
                            bytes(out), nullptr) == 1 &&
            EVP_EncryptUpdate(context.get(), nullptr, &n, bytes(std::string_view(header)),
                              static_cast<int>(header.size())) == 1 &&
            EVP_EncryptUpdate(context.get(), body, &n, bytes(secret),
                              static_cast<int>(secret.size())) == 1 &&
            EVP_EncryptFinal_ex(context.get(), body + secret.size(), &n) == 1 &&
            EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes,
                                body + secret.size()) == 1,
        "OpenSSL seals");
  return "1." + sealing_ + "." + to_base64url(as_bytes(out));
}

Result<std::string> Sealer::open_sealed(std::string_view sealed,
                                        std::string_view belongs_to) const {
  const auto refused = fail(Code::invalid_argument, "not sealed here for this owner");
  if (!sealed.starts_with("1.") || sealed.size() > 2 * kSealedBytesMax) return refused;
  sealed.remove_prefix(2);
  const std::size_t dot = sealed.find('.');
  if (dot == std::string_view::npos) return refused;
  const auto key = keys_.find(sealed.substr(0, dot));
  const Result<Bytes> in = from_base64url(sealed.substr(dot + 1));
  if (key == keys_.end() || !in || in->size() < kNonceBytes + kTagBytes) return refused;
  const std::string header = associated(key->first, belongs_to);
  std::string out(in->size() - kNonceBytes - kTagBytes, '\0');
  Bytes tag(in->end() - kTagBytes, in->end());
  const Context context(EVP_CIPHER_CTX_new());
  int n = 0;
  const bool good =
      EVP_DecryptInit_ex2(context.get(), EVP_aes_256_gcm(), bytes(std::string_view(key->second)),
                          in->data(), nullptr) == 1 &&
      EVP_DecryptUpdate(context.get(), nullptr, &n, bytes(std::string_view(header)),
                        static_cast<int>(header.size())) == 1 &&
      EVP_DecryptUpdate(context.get(), bytes(out), &n, in->data() + kNonceBytes,
                        static_cast<int>(out.size())) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()) == 1 &&
      EVP_DecryptFinal_ex(context.get(), bytes(out) + out.size(), &n) == 1;
  if (!good) return refused;
  return out;
}

Sha256 Sealer::derive(std::string_view label) const {
  return hmac_sha256(as_bytes(keys_.at(oldest_)), as_bytes(label));
}

}  // namespace trayline::auth
