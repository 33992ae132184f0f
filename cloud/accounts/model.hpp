// Users and token families as values, and how rows become them.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "lib/base/clock.hpp"
#include "lib/base/ids.hpp"
#include "lib/store/store.hpp"
#include "lib/wire/accounts.hpp"

namespace trayline::accounts {

using wire::accounts::Attribute;

enum class Status { unconfirmed, confirmed, disabled };
constexpr auto enum_names(Status) {
  using enum Status;
  return std::array{std::pair{unconfirmed, std::string_view("unconfirmed")},
                    std::pair{confirmed, std::string_view("confirmed")},
                    std::pair{disabled, std::string_view("disabled")}};
}

// The code that waits to be typed in.
struct PendingCode {
  std::string hash;
  std::int64_t expires_ms = 0;
  std::int64_t tries = 0;
  bool operator==(const PendingCode&) const = default;
};

struct User {
  UserId id;
  std::string username;
  std::string username_key;
  Status status = Status::unconfirmed;
  std::vector<Attribute> attributes;
  std::vector<std::string> groups;
  std::string verifier;        // sealed
  std::int64_t failures = 0;   // wrong passwords in a row, up to the limit
  std::int64_t failed_ms = 0;  // when the last of them was counted
  std::int64_t created_ms = 0;
  std::optional<PendingCode> code;
  bool operator==(const User&) const = default;

  // Empty where there is none.
  std::string attribute(std::string_view name) const;
  void set_attribute(std::string_view name, std::string value);
};

// A family of tokens: everything that follows from one sign-in.
struct Session {
  std::string origin_jti;
  UserId user;
  std::string client;
  std::string refresh_hash;
  std::int64_t signed_in_ms = 0;
  std::int64_t expires_ms = 0;
  std::optional<std::int64_t> revoked_ms;
  bool operator==(const Session&) const = default;
};

// Users by id or by name; sessions by the hash of their refresh token. One statement each.
struct Wanted {
  UserId user;
  std::string username_key;
};
Result<std::vector<User>> load_users(store::Session& session, const std::vector<Wanted>& wanted);
Result<std::vector<Session>> load_sessions(store::Session& session,
                                           const std::vector<std::string>& refresh_hashes);
// Within a transaction: no other host changes these users until it ends.
Result<void> lock_users(store::Session& session, const std::vector<Wanted>& wanted);
// not_found where there is none.
Result<Session> find_session(store::Session& session, const std::string& origin_jti);

std::string attributes_text(const std::vector<Attribute>& attributes);
std::string groups_text(const std::vector<std::string>& groups);

}  // namespace trayline::accounts
