// Reading tokens: shape, header, signature, claims, in this order; nothing of the claims is looked
// at before the signature holds.
#include "lib/auth/token.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

#include "lib/base/check.hpp"

namespace trayline::auth {
namespace {

constexpr JsonLimits kJsonLimits{.bytes_max = kTokenBytesMax, .depth_max = 8};
constexpr std::size_t kSubjectBytesMax = 256;
constexpr std::size_t kGroupsMax = 100;
// 9999-12-31: later seconds are no time, and multiplying them stays far from overflow.
constexpr std::int64_t kSecondsMax = 253'402'300'799;

auto refused(std::string why) { return fail(Code::unauthenticated, std::move(why)); }

struct Parts {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
  std::string_view signed_text;
};

std::optional<Parts> split(std::string_view token) {
  const std::size_t first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = token.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  if (token.find('.', second + 1) != std::string_view::npos) return std::nullopt;
  const Parts parts{token.substr(0, first), token.substr(first + 1, second - first - 1),
                    token.substr(second + 1), token.substr(0, second)};
  if (parts.header.empty() || parts.payload.empty() || parts.signature.empty()) return std::nullopt;
  return parts;
}

Result<Json> read_object(std::string_view part) {
  const Result<Bytes> bytes = from_base64url(part);
  if (!bytes) return refused("a part is not base64url");
  Result<Json> json = parse_json(as_text(*bytes), kJsonLimits);
  if (!json) return refused("a part is not JSON: " + json.error().detail);
  if (json->as_object() == nullptr) return refused("a part is not an object");
  return json;
}

// The kid, once the header is in order (RFC 8725 3.1, 3.10; RFC 7515 4.1.11).
Result<std::string> read_header(const Json& header) {
  for (const char* name : {"jku", "x5u", "jwk", "x5c", "crit", "b64", "enc", "zip"}) {
    if (header.at(name) != nullptr) return refused("the header has " + std::string(name));
  }
  const Json* alg = header.at("alg");
  const Json* kid = header.at("kid");
  if (alg == nullptr || alg->as_string() == nullptr || *alg->as_string() != "RS256") {
    return refused("alg is not RS256");
  }
  if (kid == nullptr || kid->as_string() == nullptr || kid->as_string()->empty()) {
    return refused("no kid");
  }
  if (const Json* typ = header.at("typ"); typ != nullptr && typ->as_string() == nullptr) {
    return refused("typ is not a text");
  }
  return *kid->as_string();
}

// Reads claims with exact types and keeps the first thing that is wrong.
class Reader {
 public:
  explicit Reader(const Json& json) : json_(json) {}

  std::string text(const char* name, bool required) {
    const Json* value = take(name, required);
    if (value == nullptr) return {};
    if (const std::string* v = value->as_string(); v != nullptr && !(required && v->empty())) {
      return *v;
    }
    wrong(name, "is not a text");
    return {};
  }
  Time seconds(const char* name, bool required) {
    const Json* value = take(name, required);
    if (value == nullptr) return {};
    const std::int64_t* v = value->as_int();
    if (v != nullptr && *v >= 0 && *v <= kSecondsMax) return from_ms(*v * 1000);
    wrong(name, "is not a time in whole seconds");
    return {};
  }
  bool truth(const char* name) {
    const Json* value = take(name, false);
    if (value == nullptr) return false;
    if (const bool* v = value->as_bool()) return *v;
    wrong(name, "is not true or false");
    return false;
  }
  std::vector<std::string> texts(const char* name) {
    const Json* value = take(name, false);
    if (value == nullptr) return {};
    std::vector<std::string> out;
    const Json::Array* array = value->as_array();
    if (array == nullptr || array->size() > kGroupsMax) {
      wrong(name, "is not a list of texts");
      return {};
    }
    for (const Json& item : *array) {
      if (item.as_string() == nullptr) {
        wrong(name, "is not a list of texts");
        return {};
      }
      out.push_back(*item.as_string());
    }
    return out;
  }
  void wrong(const std::string& name, const char* what) {
    if (problem_.empty()) problem_ = name + " " + what;
  }
  const std::string& problem() const { return problem_; }

 private:
  const Json* take(const char* name, bool required) {
    const Json* value = json_.at(name);
    if (value == nullptr && required) wrong(name, "is missing");
    return value;
  }
  const Json& json_;
  std::string problem_;
};

Result<Claims> read_claims(const Json& payload) {
  Reader read(payload);
  Claims claims;
  claims.subject = read.text("sub", true);
  claims.issuer = read.text("iss", true);
  const std::string use = read.text("token_use", true);
  if (use != "access" && use != "id") read.wrong("token_use", "is neither access nor id");
  claims.use = use == "id" ? TokenUse::id : TokenUse::access;
  const bool id = claims.use == TokenUse::id;
  claims.client = read.text(id ? "aud" : "client_id", true);
  claims.username = read.text(id ? "cognito:username" : "username", false);
  claims.email = read.text("email", false);
  claims.name = read.text("name", false);
  claims.email_verified = read.truth("email_verified");
  claims.scope = read.text("scope", false);
  claims.jti = read.text("jti", false);
  claims.origin_jti = read.text("origin_jti", false);
  claims.groups = read.texts("cognito:groups");
  claims.expires = read.seconds("exp", true);
  claims.issued = read.seconds("iat", true);
  claims.not_before = read.seconds("nbf", false);
  if (claims.subject.size() > kSubjectBytesMax) read.wrong("sub", "is too long");
  if (!read.problem().empty()) return refused(read.problem());
  return claims;
}

Result<Claims> read_token(std::string_view token, const KeySet& keys) {
  const std::optional<Parts> parts = split(token);
  if (!parts) return refused("not three parts");
  const Result<Json> header = read_object(parts->header);
  if (!header) return fail(header.error());
  const Result<std::string> kid = read_header(*header);
  if (!kid) return fail(kid.error());
  const RsaKey* key = keys.find(*kid);
  if (key == nullptr) return refused("an unknown kid");
  const Result<Bytes> signature = from_base64url(parts->signature);
  if (!signature) return refused("the signature is not base64url");
  if (!key->verify(parts->signed_text, *signature)) return refused("the signature is wrong");
  const Result<Json> payload = read_object(parts->payload);
  if (!payload) return fail(payload.error());
  return read_claims(*payload);
}

Result<void> fits(const Claims& claims, const Expectations& expected, Time now) {
  const Millis leeway = std::clamp(expected.leeway, Millis(0), kLeewayMax);
  if (claims.issuer != expected.issuer) return refused("another issuer");
  if (claims.use != expected.use) return refused("another token_use");
  if (std::find(expected.clients.begin(), expected.clients.end(), claims.client) ==
      expected.clients.end()) {
    return refused("another client");
  }
  if (now >= claims.expires + leeway) return refused(std::string(kExpired));
  if (claims.not_before > now + leeway) return refused("not valid yet");
  if (claims.issued > now + leeway) return refused("issued in the future");
  return {};
}

}  // namespace

std::string sign_token(const KeySet& keys, const Json& claims) {
  const RsaKey* key = keys.find(keys.signing_kid());
  check(key != nullptr && key->can_sign(), "a key set with a signing key");
  const Json header = Json::object({{"kid", keys.signing_kid()}, {"alg", "RS256"}});
  std::string text =
      to_base64url(as_bytes(header.dump())) + "." + to_base64url(as_bytes(claims.dump()));
  const Bytes signature = key->sign(text);
  return text + "." + to_base64url(signature);
}

Verifier::Verifier(KeySet keys, const Revocations* revocations, std::size_t cache_max)
    : keys_(std::move(keys)), revocations_(revocations), cache_max_(cache_max) {}

Result<Claims> Verifier::verify(std::string_view token, const Expectations& expected, Time now) {
  if (token.size() > kTokenBytesMax) return refused("too long");
  const Sha256 digest = sha256(as_bytes(token));
  const auto known = cache_.find(digest);
  Result<Claims> claims =
      known != cache_.end() ? Result<Claims>(known->second) : read_token(token, keys_);
  if (!claims) return claims;
  if (Result<void> good = fits(*claims, expected, now); !good) return fail(good.error());
  if (revocations_ != nullptr && revocations_->revoked(claims->origin_jti, claims->issued)) {
    return refused(std::string(kRevoked));
  }
  if (known != cache_.end()) {
    ++hits_;
  } else {
    remember(digest, *claims, now);
  }
  return claims;
}

void Verifier::set_keys(KeySet keys) {
  keys_ = std::move(keys);
  cache_.clear();
  oldest_first_.clear();
}

bool Verifier::names_unknown_key(std::string_view token) const {
  if (token.size() > kTokenBytesMax) return false;
  const std::optional<Parts> parts = split(token);
  if (!parts) return false;
  const Result<Json> header = read_object(parts->header);
  if (!header) return false;
  const Result<std::string> kid = read_header(*header);
  return kid && keys_.find(*kid) == nullptr;
}

std::size_t Verifier::HashOf::operator()(const Sha256& digest) const {
  std::size_t out = 0;
  std::memcpy(&out, digest.data(), sizeof out);
  return out;
}

// First in, first out: tokens of one issuer live equally long, so the oldest expires first.
void Verifier::remember(const Sha256& digest, const Claims& claims, Time now) {
  const auto expired = [&](const Sha256& oldest) {
    const auto it = cache_.find(oldest);
    return it == cache_.end() || it->second.expires + kLeewayMax <= now;
  };
  while (!oldest_first_.empty() &&
         (cache_.size() >= cache_max_ || expired(oldest_first_.front()))) {
    cache_.erase(oldest_first_.front());
    oldest_first_.pop_front();
  }
  if (cache_max_ == 0) return;
  cache_.emplace(digest, claims);
  oldest_first_.push_back(digest);
}

}  // namespace trayline::auth
