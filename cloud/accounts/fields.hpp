// What a user may be called, what may be said about one, and which passwords are taken. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "cloud/accounts/exchange.hpp"
#include "cloud/accounts/model.hpp"

namespace trayline::accounts {

inline constexpr std::size_t kUsernameBytesMax = 128;
inline constexpr std::size_t kPasswordBytesMax = 256;
inline constexpr std::size_t kAttributesMax = 50;
inline constexpr std::size_t kAttributeBytesMax = 2048;
inline constexpr std::size_t kCodeBytesMax = 16;

// The name without case (ASCII), by which users are found. Names hold no white space or control
// characters.
OrFailure<std::string> username_key(const std::string& username);

// NIST SP 800-63B: a least length and a list of common ones; no rules of composition.
OrFailure<void> check_password(const std::string& password, const std::string& username,
                               std::int64_t length_min);

// UserAttributes: [{Name, Value}]; standard names and custom:*; what only the pool may set is
// refused. A user name that is an address stands for a missing email.
OrFailure<std::vector<Attribute>> read_attributes(const Json& in, const std::string& username);

// Attributes that are true or false in an id token and texts elsewhere.
bool is_flag(std::string_view attribute);

}  // namespace trayline::accounts
