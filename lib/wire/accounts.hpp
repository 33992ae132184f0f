// Messages that accounts accepts. Passwords and codes never travel in them: only sealed verifiers,
// sealed codes and hashes.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lib/base/describe.hpp"
#include "lib/base/ids.hpp"

namespace trayline::wire::accounts {

inline constexpr std::string_view kService = "accounts";
// Woken when tokens were revoked.
inline constexpr std::string_view kRevocationsKey = "accounts.revocations";

struct Attribute {
  std::string name;
  std::string value;
  bool operator==(const Attribute&) const = default;
  static void describe(auto& member, auto& self) {
    member("name", self.name);
    member("value", self.value);
  }
};

// A code to be sent to a user. hash binds it to the user's name and purpose; sealed is for the one
// who sends it.
struct SealedCode {
  std::string hash;
  std::string sealed;
  std::int64_t expires_ms = 0;
  bool operator==(const SealedCode&) const = default;
  static void describe(auto& member, auto& self) {
    member("hash", self.hash);
    member("sealed", self.sealed);
    member("expires_ms", self.expires_ms);
  }
};

// username_key: the user name without case, unique.
struct SignUp {
  static constexpr std::string_view kType = "sign_up";
  UserId user;
  std::string username;
  std::string username_key;
  std::vector<Attribute> attributes;
  std::string verifier;  // sealed
  SealedCode code;
  static void describe(auto& member, auto& self) {
    member("user", self.user);
    member("username", self.username);
    member("username_key", self.username_key);
    member("attributes", self.attributes);
    member("verifier", self.verifier);
    member("code", self.code);
  }
};

struct ConfirmSignUp {
  static constexpr std::string_view kType = "confirm_sign_up";
  std::string username_key;
  std::string code_hash;
  static void describe(auto& member, auto& self) {
    member("username_key", self.username_key);
    member("code_hash", self.code_hash);
  }
};

struct ResendCode {
  static constexpr std::string_view kType = "resend_code";
  std::string username;
  std::string username_key;
  SealedCode code;
  static void describe(auto& member, auto& self) {
    member("username", self.username);
    member("username_key", self.username_key);
    member("code", self.code);
  }
};

// The password was right: opens a family of tokens.
struct SignIn {
  static constexpr std::string_view kType = "sign_in";
  UserId user;
  std::string verifier;  // as it was when the password was compared
  std::string client;
  std::string origin_jti;
  std::string refresh_hash;
  std::int64_t expires_ms = 0;  // of the refresh token
  static void describe(auto& member, auto& self) {
    member("user", self.user);
    member("verifier", self.verifier);
    member("client", self.client);
    member("origin_jti", self.origin_jti);
    member("refresh_hash", self.refresh_hash);
    member("expires_ms", self.expires_ms);
  }
};

// The password was wrong. user may be nobody's.
struct SignInFailed {
  static constexpr std::string_view kType = "sign_in_failed";
  UserId user;
  static void describe(auto& member, auto& self) { member("user", self.user); }
};

// Kills one family.
struct RevokeToken {
  static constexpr std::string_view kType = "revoke_token";
  std::string client;
  std::string refresh_hash;
  static void describe(auto& member, auto& self) {
    member("client", self.client);
    member("refresh_hash", self.refresh_hash);
  }
};

// Kills every family of the user that exists at that moment.
struct SignOut {
  static constexpr std::string_view kType = "sign_out";
  UserId user;
  static void describe(auto& member, auto& self) { member("user", self.user); }
};

// Removes what nobody can use any more.
struct Purge {
  static constexpr std::string_view kType = "purge";
  static void describe(auto&, auto&) {}
};

using In = std::variant<SignUp, ConfirmSignUp, ResendCode, SignIn, SignInFailed, RevokeToken,
                        SignOut, Purge>;

}  // namespace trayline::wire::accounts
