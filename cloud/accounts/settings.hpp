// What can be set about the pool. Secrets (signing keys, sealing key) are files and are opened by
// whoever constructs the facade.
#pragma once
#include <string>
#include <vector>

#include "lib/auth/throttle.hpp"
#include "lib/base/clock.hpp"

namespace trayline::accounts {

struct Client {
  std::string id = "trayline-app";  // [\w+]+
  bool password_auth = true;        // allows USER_PASSWORD_AUTH
};

struct Settings {
  std::string pool_id = "tl-local-1_TrayPool1";  // <2 letters>-<word>-<digit>_<alphanumeric>
  std::string issuer;  // absolute, ends in the pool id for JWKS to be found
  std::vector<Client> clients{Client{}};
  Millis access_life{3'600'000};           // 5 min to 24 h; also of id tokens
  Millis refresh_life{30LL * 86'400'000};  // 1 h to 10 years
  Millis code_life{24LL * 3'600'000};      // of a sign-up code
  std::int64_t code_tries_max = 5;         // wrong codes before a new one is needed
  std::int64_t password_min = 8;           // characters; 15 where it is the only factor
  std::int64_t failures_max = 100;         // wrong passwords in a row before the account closes
  Millis failures_life{3'600'000};         // after the last counted one they are forgotten
  std::string allow_origin = "*";          // of browsers
  // User names and e-mail addresses (verified ones) whose tokens name the group "staff".
  std::vector<std::string> staff;

  // Tries per account name and per address.
  auth::Rate sign_in_per_account{"accounts_sign_in_per_account", 10, Millis(10'000)};
  auth::Rate sign_in_per_address{"accounts_sign_in_per_address", 100, Millis(200)};
  auth::Rate sign_up_per_address{"accounts_sign_up_per_address", 50, Millis(2'000)};
  auth::Rate codes_per_account{"accounts_codes_per_account", 5, Millis(60'000)};
};

// The part of the pool id behind the underscore, which SRP calls the pool's name.
std::string pool_name(const Settings& settings);
// Null for an unknown client.
const Client* find_client(const Settings& settings, const std::string& id);

}  // namespace trayline::accounts
