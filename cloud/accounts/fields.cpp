// Rules about names, attributes and passwords.
#include "cloud/accounts/fields.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace trayline::accounts {
namespace {

// Standard claims of OpenID Connect Core 5.1 that a user sets about themselves.
constexpr std::array kOwnAttributes{
    "address",      "birthdate", "email",       "family_name", "gender",
    "given_name",   "locale",    "middle_name", "name",        "nickname",
    "phone_number", "picture",   "profile",     "website",     "preferred_username",
    "zoneinfo"};

// Passwords that every guesser tries first; those below the least length are refused anyway.
constexpr std::array kCommon{"password",  "password1",  "password123", "passw0rd",   "12345678",
                             "123456789", "1234567890", "87654321",    "qwertyuiop", "qwerty123",
                             "11111111",  "00000000",   "iloveyou",    "sunshine",   "princess",
                             "football",  "baseball",   "letmein1",    "welcome1",   "trustno1",
                             "abcd1234",  "1q2w3e4r",   "zaq12wsx",    "superman",   "changeme"};

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// Code points of UTF-8: every byte but continuations.
std::int64_t characters(std::string_view text) {
  return std::count_if(text.begin(), text.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

bool is_address(std::string_view text) {
  const std::size_t at = text.find('@');
  return at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
         text.find('@', at + 1) == std::string_view::npos &&
         text.find(' ') == std::string_view::npos;
}

bool may_set(const std::string& name) {
  if (name.starts_with("custom:")) return name.size() > 7 && name.size() <= 32;
  return std::find(kOwnAttributes.begin(), kOwnAttributes.end(), name) != kOwnAttributes.end();
}

OrFailure<Attribute> read_attribute(const Json& item) {
  OrFailure<std::string> name = required_text(item, "Name");
  if (!name) return tl::unexpected(name.error());
  OrFailure<std::string> value = optional_text(item, "Value");
  if (!value) return tl::unexpected(value.error());
  if (!may_set(*name)) {
    return invalid_parameter("Attributes did not conform to the schema: " + *name +
                             ": Attribute does not exist in the schema.");
  }
  if (value->size() > kAttributeBytesMax || std::any_of(value->begin(), value->end(), is_control)) {
    return invalid_parameter("Attributes did not conform to the schema: " + *name +
                             ": too long, or with control characters");
  }
  return Attribute{std::move(*name), std::move(*value)};
}

}  // namespace

OrFailure<std::string> username_key(const std::string& username) {
  const auto bad = [](char c) { return c == ' ' || is_control(c); };
  if (username.empty() || username.size() > kUsernameBytesMax ||
      std::any_of(username.begin(), username.end(), bad)) {
    return invalid_parameter("Username should be 1 to 128 characters without white space.");
  }
  return lower(username);
}

OrFailure<void> check_password(const std::string& password, const std::string& username,
                               std::int64_t length_min) {
  const auto refused = [](const std::string& why) {
    return failed("InvalidPasswordException", "Password did not conform with policy: " + why);
  };
  if (characters(password) < length_min) return refused("Password not long enough");
  if (password.size() > kPasswordBytesMax) return refused("Password too long");
  const std::string plain = lower(password);
  if (std::find(kCommon.begin(), kCommon.end(), plain) != kCommon.end()) {
    return refused("Password is too common");
  }
  if (plain == lower(username)) return refused("Password is the user name");
  return {};
}

OrFailure<std::vector<Attribute>> read_attributes(const Json& in, const std::string& username) {
  std::vector<Attribute> attributes;
  std::set<std::string> names;
  if (const Json* list = in.at("UserAttributes"); list != nullptr && !list->is_null()) {
    if (list->as_array() == nullptr) {
      return failed("SerializationException", "UserAttributes has the wrong type");
    }
    if (list->as_array()->size() > kAttributesMax) return invalid_parameter("Too many attributes.");
    for (const Json& item : *list->as_array()) {
      OrFailure<Attribute> attribute = read_attribute(item);
      if (!attribute) return tl::unexpected(attribute.error());
      if (!names.insert(attribute->name).second) {
        return invalid_parameter("The attribute " + attribute->name + " occurs twice.");
      }
      attributes.push_back(std::move(*attribute));
    }
  }
  if (!names.contains("email") && is_address(username)) attributes.push_back({"email", username});
  const auto email = std::find_if(attributes.begin(), attributes.end(),
                                  [](const Attribute& a) { return a.name == "email"; });
  if (email == attributes.end() || !is_address(email->value)) {
    return invalid_parameter(
        "Attributes did not conform to the schema: email: The attribute is required");
  }
  return attributes;
}

bool is_flag(std::string_view attribute) {
  return attribute == "email_verified" || attribute == "phone_number_verified";
}

}  // namespace trayline::accounts
