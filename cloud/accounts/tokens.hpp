// The tokens of a sign-in, in the form of Cognito. Pure but for the ids it draws.
#pragma once
#include <string>

#include "cloud/accounts/model.hpp"
#include "cloud/accounts/settings.hpp"
#include "lib/auth/keys.hpp"
#include "lib/base/random.hpp"

namespace trayline::accounts {

// For whom and since when.
struct Grant {
  const User& user;
  std::string client;
  std::string origin_jti;
  Time signed_in;
};

struct Tokens {
  std::string access;
  std::string id;
};

// Claims of both tokens; jti and event are ids of their own.
Json access_claims(const Settings& settings, const Grant& grant, const std::string& jti, Time now);
Json id_claims(const Settings& settings, const Grant& grant, const std::string& jti, Time now);
Tokens make_tokens(const Settings& settings, const auth::KeySet& keys, const Grant& grant, Time now,
                   Random& random);

// {"AuthenticationResult": {...}, "ChallengeParameters": {}}; without RefreshToken where empty.
Json authentication_result(const Settings& settings, const Tokens& tokens,
                           const std::string& refresh);

// 48 random bytes, base64url.
std::string new_refresh_token(Random& random);

}  // namespace trayline::accounts
