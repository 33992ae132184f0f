// Key files and JWKS documents.
#include "lib/auth/keys.hpp"

#include <filesystem>
#include <system_error>

#include "lib/auth/secret_file.hpp"

namespace trayline::auth {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kSuffix = ".pem";
constexpr std::size_t kJwksBytesMax = 128 * 1024;

std::string key_path(const std::string& folder, const std::string& kid) {
  return folder + "/" + kid + std::string(kSuffix);
}
std::string signing_path(const std::string& folder) { return folder + "/signing"; }

Result<void> make_folder(const std::string& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return fail(Code::unavailable, folder + ": " + error.message());
  fs::permissions(folder, fs::perms::owner_all, error);
  if (error) return fail(Code::unavailable, folder + ": " + error.message());
  return {};
}

Result<std::map<std::string, RsaKey, std::less<>>> read_keys(const std::string& folder) {
  std::map<std::string, RsaKey, std::less<>> keys;
  std::error_code error;
  fs::directory_iterator entries(folder, error);
  if (error) return fail(Code::unavailable, folder + ": " + error.message());
  for (const fs::directory_entry& entry : entries) {
    if (entry.path().extension() != kSuffix) continue;
    const Result<std::string> pem = read_secret_file(entry.path().string());
    if (!pem) return fail(pem.error());
    const Result<RsaKey> key = RsaKey::from_pem(*pem);
    if (!key) return fail(key.error().code, entry.path().string() + ": " + key.error().detail);
    keys.emplace(entry.path().stem().string(), *key);
    if (keys.size() > kKeysMax) return fail(Code::exhausted, folder + ": more than 32 keys");
  }
  return keys;
}

// One key of a JWKS document, or nothing where it is not for RS256 signatures.
Result<std::optional<RsaKey>> read_jwk(const Json& jwk) {
  const std::string use = jwk.text_at("use");
  const std::string alg = jwk.text_at("alg");
  if (jwk.text_at("kty") != "RSA" || (!use.empty() && use != "sig")) return std::nullopt;
  if ((!alg.empty() && alg != "RS256") || jwk.text_at("kid").empty()) return std::nullopt;
  const Result<Bytes> n = from_base64url(jwk.text_at("n"));
  if (!n) return fail(n.error());
  const Result<Bytes> e = from_base64url(jwk.text_at("e"));
  if (!e) return fail(e.error());
  const Result<RsaKey> key = RsaKey::from_public(*n, *e);
  if (!key) return fail(key.error());
  return *key;
}

}  // namespace

Result<std::string> KeySet::add(const std::string& folder) {
  if (Result<void> made = make_folder(folder); !made) return fail(made.error());
  const Result<RsaKey> key = RsaKey::generate();
  if (!key) return fail(key.error());
  const std::string kid = key->thumbprint();
  if (Result<void> done = write_secret_file(key_path(folder, kid), key->pem()); !done) {
    return fail(done.error());
  }
  return kid;
}

Result<void> KeySet::sign_with(const std::string& folder, const std::string& kid) {
  if (kid.find('/') != std::string::npos || !fs::exists(key_path(folder, kid))) {
    return fail(Code::not_found, folder + ": no key " + kid);
  }
  return write_secret_file(signing_path(folder), kid + "\n");
}

Result<KeySet> KeySet::open(const std::string& folder) {
  if (Result<void> made = make_folder(folder); !made) return fail(made.error());
  KeySet set;
  auto keys = read_keys(folder);
  if (!keys) return fail(keys.error());
  set.keys_ = std::move(*keys);
  Result<std::string> signing = read_secret_file(signing_path(folder));
  if (!signing && signing.error().code != Code::not_found) return fail(signing.error());
  if (!signing) {
    // A first start, or one that ended between the two files: any key present is as good as new.
    const Result<std::string> kid =
        set.keys_.empty() ? add(folder) : Result<std::string>(set.keys_.begin()->first);
    if (!kid) return fail(kid.error());
    if (Result<void> done = sign_with(folder, *kid); !done) return fail(done.error());
    return open(folder);
  }
  while (!signing->empty() && signing->back() == '\n') signing->pop_back();
  set.signing_ = *signing;
  if (set.find(set.signing_) == nullptr) {
    return fail(Code::invalid_argument,
                signing_path(folder) + ": names a key that is not there: " + set.signing_);
  }
  return set;
}

Result<KeySet> KeySet::from_jwks(std::string_view text) {
  const Result<Json> json = parse_json(text, {.bytes_max = kJwksBytesMax, .depth_max = 6});
  if (!json) return fail(json.error());
  const Json* list = json->at("keys");
  const Json::Array* entries = list == nullptr ? nullptr : list->as_array();
  if (entries == nullptr) return fail(Code::invalid_argument, "a JWKS document without keys");
  if (entries->size() > kKeysMax) return fail(Code::exhausted, "more than 32 keys");
  KeySet set;
  for (const Json& jwk : *entries) {
    const Result<std::optional<RsaKey>> key = read_jwk(jwk);
    if (!key) return fail(key.error());
    if (!*key) continue;
    if (!set.keys_.emplace(jwk.text_at("kid"), **key).second) {
      return fail(Code::invalid_argument, "the kid " + jwk.text_at("kid") + " occurs twice");
    }
  }
  if (set.keys_.empty()) return fail(Code::invalid_argument, "no key for RS256 signatures");
  return set;
}

const RsaKey* KeySet::find(std::string_view kid) const {
  const auto it = keys_.find(kid);
  return it == keys_.end() ? nullptr : &it->second;
}

Json KeySet::jwks() const {
  Json::Array keys;
  for (const auto& [kid, key] : keys_) {
    keys.push_back(Json::object({{"kty", "RSA"},
                                 {"use", "sig"},
                                 {"alg", "RS256"},
                                 {"kid", kid},
                                 {"n", to_base64url(key.modulus())},
                                 {"e", to_base64url(key.exponent())}}));
  }
  return Json::object({{"keys", std::move(keys)}});
}

}  // namespace trayline::auth
