// Tokens, good and bad.
#include "lib/auth/token.hpp"

#include <gtest/gtest.h>

#include "lib/base/check.hpp"

namespace trayline::auth {
namespace {

constexpr std::int64_t kNow = 1'800'000'000;
const std::string kIssuer = "http://127.0.0.1:1/tl-local-1_TrayPool1";

// One key pair for all tests: making one takes a tenth of a second.
struct Issuer {
  std::string folder = ::testing::TempDir() + "token_test_keys";
  KeySet keys = *KeySet::open(folder);
};
Issuer& issuer() {
  static Issuer instance;
  return instance;
}

Json::Object access_claims() {
  return *Json::object({{"sub", "u-1"},
                        {"iss", kIssuer},
                        {"client_id", "app1"},
                        {"token_use", "access"},
                        {"username", "ada"},
                        {"origin_jti", "family-1"},
                        {"iat", kNow},
                        {"exp", kNow + 600}})
              .as_object();
}
Expectations expected() { return {.issuer = kIssuer, .clients = {"app0", "app1"}}; }
Time at(std::int64_t seconds) { return from_ms(seconds * 1000); }
std::string encoded(std::string_view text) { return to_base64url(as_bytes(text)); }
std::string good_token() { return sign_token(issuer().keys, Json(access_claims())); }

// A token with any header and payload text and a right signature.
std::string signed_text(std::string_view header, std::string_view payload) {
  const std::string text = encoded(header) + "." + encoded(payload);
  const RsaKey* key = issuer().keys.find(issuer().keys.signing_kid());
  return text + "." + to_base64url(key->sign(text));
}
std::string header_with(const std::string& more) {
  return "{\"alg\":\"RS256\",\"kid\":\"" + issuer().keys.signing_kid() + "\"" + more + "}";
}
std::string why(std::string_view token, const Expectations& e = expected(),
                Time now = at(kNow + 1)) {
  Verifier verifier(issuer().keys, nullptr);
  const Result<Claims> claims = verifier.verify(token, e, now);
  if (claims) return "accepted";
  EXPECT_EQ(claims.error().code, Code::unauthenticated);
  return claims.error().detail;
}

TEST(Token, IsAcceptedAndReadInFull) {
  Json::Object claims = access_claims();
  claims.set("cognito:groups", Json(Json::Array{"staff"}));
  Verifier verifier(issuer().keys, nullptr);
  const auto read =
      verifier.verify(sign_token(issuer().keys, Json(claims)), expected(), at(kNow + 1));
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(read->subject, "u-1");
  EXPECT_EQ(read->client, "app1");
  EXPECT_EQ(read->origin_jti, "family-1");
  EXPECT_EQ(read->groups, std::vector<std::string>{"staff"});
  EXPECT_EQ(read->expires, at(kNow + 600));
}

TEST(Token, VerifiesAgainstTheJwksDocumentToo) {
  const auto keys = KeySet::from_jwks(issuer().keys.jwks().dump());
  ASSERT_TRUE(keys) << keys.error().detail;
  Verifier verifier(*keys, nullptr);
  EXPECT_TRUE(verifier.verify(good_token(), expected(), at(kNow + 1)));
}

TEST(Token, OfAnyBadShapeIsRefused) {
  const std::string good = good_token();
  const std::string body = good.substr(0, good.rfind('.'));
  const std::string signature = good.substr(good.rfind('.') + 1);
  std::string flipped = good;
  flipped[body.size() - 3] = flipped[body.size() - 3] == 'A' ? 'B' : 'A';
  const std::vector<std::pair<std::string, std::string>> table{
      {"nothing", ""},
      {"one dot", "a.b"},
      {"only dots", ".."},
      {"a trailing dot", good + "."},
      {"a leading dot", "." + good},
      {"five parts (JWE)", good + ".a.b"},
      {"no signature", body + "."},
      {"a space behind", good + " "},
      {"padding behind", good + "=="},
      {"a cut signature", good.substr(0, good.size() - 4)},
      {"a longer signature", good + "AAAA"},
      {"a signature of zeros", body + "." + to_base64url(Bytes(256, 0))},
      {"a signature of 255 bytes", body + "." + to_base64url(Bytes(255, 1))},
      {"a payload changed by one letter", flipped},
      {"too many bytes", std::string(kTokenBytesMax + 1, 'a')},
      {"a NUL in it", good.substr(0, 10) + std::string(1, '\0') + good.substr(11)},
      {"a payload that is no object", signed_text(header_with(""), "[]")},
      {"a payload that is no JSON", signed_text(header_with(""), "{")},
      {"a header that is no object", signed_text("\"RS256\"", "{}")},
  };
  for (const auto& [what, token] : table) EXPECT_NE(why(token), "accepted") << what;
}

TEST(Token, WithAnUnexpectedHeaderIsRefused) {
  const std::string payload = Json(access_claims()).dump();
  const std::string kid = issuer().keys.signing_kid();
  const std::vector<std::pair<std::string, std::string>> table{
      {"alg is not RS256", R"({"alg":"none","kid":")" + kid + "\"}"},
      {"alg is not RS256", R"({"alg":"None","kid":")" + kid + "\"}"},
      {"alg is not RS256", R"({"alg":"rs256","kid":")" + kid + "\"}"},
      {"alg is not RS256", R"({"alg":"PS256","kid":")" + kid + "\"}"},
      {"alg is not RS256", R"({"alg":["RS256"],"kid":")" + kid + "\"}"},
      {"alg is not RS256", R"({"kid":")" + kid + "\"}"},
      {"no kid", R"({"alg":"RS256"})"},
      {"no kid", R"({"alg":"RS256","kid":""})"},
      {"no kid", R"({"alg":"RS256","kid":1})"},
      {"an unknown kid", R"({"alg":"RS256","kid":"other"})"},
      {"an unknown kid", R"({"alg":"RS256","kid":"../signing"})"},
      {"the header has jku", header_with(R"(,"jku":"https://evil.example/jwks")")},
      {"the header has x5u", header_with(R"(,"x5u":"https://evil.example/x")")},
      {"the header has jwk", header_with(R"(,"jwk":{})")},
      {"the header has x5c", header_with(R"(,"x5c":[])")},
      {"the header has crit", header_with(R"(,"crit":["b64"])")},
      {"the header has crit", header_with(R"(,"crit":[])")},
      {"typ is not a text", header_with(R"(,"typ":1)")},
  };
  for (const auto& [reason, header] : table) {
    EXPECT_EQ(why(signed_text(header, payload)), reason) << header;
  }
  EXPECT_NE(why(signed_text(header_with(R"(,"alg":"none")"), payload)), "accepted")
      << "a repeated member";
}

TEST(Token, UnderHmacWithThePublicKeyIsRefused) {
  const std::string kid = issuer().keys.signing_kid();
  const std::string text = encoded(R"({"alg":"HS256","kid":")" + kid + "\"}") + "." +
                           encoded(Json(access_claims()).dump());
  const Bytes& modulus = issuer().keys.find(kid)->modulus();
  EXPECT_EQ(why(text + "." + to_base64url(hmac_sha256(modulus, as_bytes(text)))),
            "alg is not RS256");
}

TEST(Token, OfAnotherKeyUnderOurKidIsRefused) {
  const RsaKey other = *RsaKey::generate();
  const std::string text = encoded(header_with("")) + "." + encoded(Json(access_claims()).dump());
  EXPECT_EQ(why(text + "." + to_base64url(other.sign(text))), "the signature is wrong");
}

TEST(Token, WithABadClaimIsRefused) {
  struct Case {
    std::string name;
    std::optional<Json> value;  // none: the member is left out
    std::string reason;
  };
  const std::vector<Case> table{
      {"exp", std::nullopt, "exp is missing"},
      {"exp", "1800000600", "exp is not a time in whole seconds"},
      {"exp", 1800000600.5, "exp is not a time in whole seconds"},
      {"exp", nullptr, "exp is not a time in whole seconds"},
      {"exp", -1, "exp is not a time in whole seconds"},
      {"exp", INT64_MAX, "exp is not a time in whole seconds"},
      {"exp", kNow, "expired"},
      {"exp", kNow + 1, "expired"},
      {"iat", std::nullopt, "iat is missing"},
      {"iat", true, "iat is not a time in whole seconds"},
      {"iat", kNow + 120, "issued in the future"},
      {"nbf", kNow + 120, "not valid yet"},
      {"nbf", "soon", "nbf is not a time in whole seconds"},
      {"iss", std::nullopt, "iss is missing"},
      {"iss", kIssuer + "/", "another issuer"},
      {"iss", Json(Json::Array{kIssuer}), "iss is not a text"},
      {"client_id", std::nullopt, "client_id is missing"},
      {"client_id", "app2", "another client"},
      {"client_id", Json(Json::Array{"app1"}), "client_id is not a text"},
      {"token_use", std::nullopt, "token_use is missing"},
      {"token_use", "ID", "token_use is neither access nor id"},
      {"token_use", "refresh", "token_use is neither access nor id"},
      {"sub", std::nullopt, "sub is missing"},
      {"sub", "", "sub is not a text"},
      {"sub", 7, "sub is not a text"},
      {"sub", std::string(300, 'x'), "sub is too long"},
      {"cognito:groups", "staff", "cognito:groups is not a list of texts"},
      {"cognito:groups", Json(Json::Array{1}), "cognito:groups is not a list of texts"},
      {"email_verified", "true", "email_verified is not true or false"},
  };
  for (const Case& c : table) {
    Json::Object claims = access_claims();
    claims.erase(c.name);
    if (c.value) claims.set(c.name, *c.value);
    EXPECT_EQ(why(sign_token(issuer().keys, Json(claims))), c.reason)
        << c.name << " = " << (c.value ? c.value->dump() : "left out");
  }
}

TEST(Token, ForIdentityDoesNotServeAsAccessNorTheOtherWay) {
  Json::Object claims = access_claims();
  claims.set("token_use", "id");
  claims.set("aud", "app1");
  const std::string id = sign_token(issuer().keys, Json(claims));
  EXPECT_EQ(why(id), "another token_use");
  Expectations e = expected();
  e.use = TokenUse::id;
  EXPECT_EQ(why(id, e), "accepted");
  EXPECT_EQ(why(good_token(), e), "another token_use");
}

TEST(Token, LeewayIsAMinuteAtMost) {
  Expectations e = expected();
  e.leeway = Millis(30'000);
  EXPECT_EQ(why(good_token(), e, at(kNow + 629)), "accepted");
  EXPECT_EQ(why(good_token(), e, at(kNow + 630)), "expired");
  e.leeway = Millis(3'600'000);
  EXPECT_EQ(why(good_token(), e, at(kNow + 660)), "expired");
}

TEST(Verifier, RemembersSignaturesButChecksTheRestEachTime) {
  Revocations revocations;
  Verifier verifier(issuer().keys, &revocations);
  const std::string token = good_token();
  EXPECT_TRUE(verifier.verify(token, expected(), at(kNow)));
  EXPECT_TRUE(verifier.verify(token, expected(), at(kNow)));
  EXPECT_EQ(verifier.cache_hits(), 1u);
  Expectations other = expected();
  other.issuer = "http://elsewhere";
  EXPECT_FALSE(verifier.verify(token, other, at(kNow)));
  EXPECT_FALSE(verifier.verify(token, expected(), at(kNow + 600))) << "expired in the cache";
  revocations.revoke("family-1", at(kNow + 900), at(kNow));
  EXPECT_FALSE(verifier.verify(token, expected(), at(kNow + 1))) << "revoked in the cache";
}

TEST(Verifier, ForgetsWithItsKeysAndStaysWithinItsBound) {
  Verifier verifier(issuer().keys, nullptr, 2);
  std::vector<std::string> tokens;
  for (int i = 0; i < 5; ++i) {
    Json::Object claims = access_claims();
    claims.set("jti", std::to_string(i));
    tokens.push_back(sign_token(issuer().keys, Json(claims)));
    EXPECT_TRUE(verifier.verify(tokens.back(), expected(), at(kNow)));
  }
  EXPECT_TRUE(verifier.verify(tokens[0], expected(), at(kNow)));
  EXPECT_EQ(verifier.cache_hits(), 0u) << "the oldest was dropped";
  EXPECT_TRUE(verifier.verify(tokens[4], expected(), at(kNow)));
  EXPECT_EQ(verifier.cache_hits(), 1u);
  verifier.set_keys(KeySet());
  EXPECT_TRUE(verifier.names_unknown_key(tokens[4]));
  EXPECT_FALSE(verifier.verify(tokens[4], expected(), at(kNow)));
}

TEST(Revocations, ForgetWhatHasExpiredAndNeverForgiveWhenFull) {
  Revocations list(2);
  list.revoke("a", at(kNow + 10), at(kNow));
  const std::uint64_t before = list.generation();
  list.revoke("b", at(kNow + 20), at(kNow));
  EXPECT_GT(list.generation(), before);
  EXPECT_TRUE(list.revoked("a", at(kNow - 5)));
  EXPECT_FALSE(list.revoked("c", at(kNow - 5)));
  list.revoke("c", at(kNow + 30), at(kNow + 15));
  EXPECT_EQ(list.size(), 2u) << "a has expired";
  list.revoke("d", at(kNow + 30), at(kNow + 16));
  EXPECT_TRUE(list.revoked("never heard of", at(kNow + 16))) << "full: all issued so far";
  EXPECT_FALSE(list.revoked("new", at(kNow + 17)));
}

}  // namespace
}  // namespace trayline::auth
