// Claims and the form of a successful sign-in.
#include "cloud/accounts/tokens.hpp"

#include <algorithm>

#include "cloud/accounts/fields.hpp"
#include "lib/auth/token.hpp"

namespace trayline::accounts {
namespace {

std::int64_t seconds(Time time) { return to_ms(time) / 1000; }

bool equal_but_for_case(const std::string& a, const std::string& b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

// The account's own groups, and "staff" for whom the settings name.
std::vector<std::string> groups_of(const Settings& settings, const User& user) {
  std::vector<std::string> groups = user.groups;
  const bool confirmed = user.attribute("email_verified") == "true";
  const bool staff =
      std::any_of(settings.staff.begin(), settings.staff.end(), [&](const std::string& name) {
        return equal_but_for_case(name, user.username) ||
               (confirmed && equal_but_for_case(name, user.attribute("email")));
      });
  if (staff && std::find(groups.begin(), groups.end(), "staff") == groups.end()) {
    groups.emplace_back("staff");
  }
  return groups;
}

Json::Object common_claims(const Settings& settings, const Grant& grant, const std::string& jti,
                           Time now) {
  Json::Object claims;
  claims.set("sub", grant.user.id.value).set("iss", settings.issuer);
  claims.set("origin_jti", grant.origin_jti).set("jti", jti);
  // The event is the sign-in, so it is named as the family is.
  claims.set("event_id", grant.origin_jti).set("auth_time", seconds(grant.signed_in));
  claims.set("iat", seconds(now)).set("exp", seconds(now + settings.access_life));
  const std::vector<std::string> groups = groups_of(settings, grant.user);
  if (!groups.empty()) claims.set("cognito:groups", to_json(groups));
  return claims;
}

}  // namespace

Json access_claims(const Settings& settings, const Grant& grant, const std::string& jti, Time now) {
  Json::Object claims = common_claims(settings, grant, jti, now);
  claims.set("token_use", "access").set("client_id", grant.client);
  claims.set("scope", "aws.cognito.signin.user.admin").set("username", grant.user.username);
  return Json(std::move(claims));
}

Json id_claims(const Settings& settings, const Grant& grant, const std::string& jti, Time now) {
  Json::Object claims = common_claims(settings, grant, jti, now);
  claims.set("token_use", "id").set("aud", grant.client);
  claims.set("cognito:username", grant.user.username).set("email_verified", false);
  for (const Attribute& a : grant.user.attributes) {
    claims.set(a.name, is_flag(a.name) ? Json(a.value == "true") : Json(a.value));
  }
  return Json(std::move(claims));
}

Tokens make_tokens(const Settings& settings, const auth::KeySet& keys, const Grant& grant, Time now,
                   Random& random) {
  const std::string access_jti = uuid7(now, random);
  const std::string id_jti = uuid7(now, random);
  return {.access = auth::sign_token(keys, access_claims(settings, grant, access_jti, now)),
          .id = auth::sign_token(keys, id_claims(settings, grant, id_jti, now))};
}

Json authentication_result(const Settings& settings, const Tokens& tokens,
                           const std::string& refresh) {
  Json::Object result;
  result.set("AccessToken", tokens.access).set("IdToken", tokens.id);
  if (!refresh.empty()) result.set("RefreshToken", refresh);
  result.set("ExpiresIn", settings.access_life.count() / 1000).set("TokenType", "Bearer");
  return Json::object({{"AuthenticationResult", Json(std::move(result))},
                       {"ChallengeParameters", Json(Json::Object())}});
}

std::string new_refresh_token(Random& random) {
  Bytes bytes(48);
  random.fill(bytes);
  return to_base64url(bytes);
}

}  // namespace trayline::accounts
