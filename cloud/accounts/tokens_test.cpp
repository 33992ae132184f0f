// What tokens say about an account.
#include "cloud/accounts/tokens.hpp"

#include <gtest/gtest.h>

namespace trayline::accounts {
namespace {

TEST(Tokens, NameStaffByUserNameAndConfirmedAddress) {
  Settings settings;
  settings.staff = {"chef", "Boss@Example.org"};
  struct Case {
    const char* username;
    const char* email;
    const char* verified;
    bool staff;
  };
  const Case cases[] = {{"chef", "", "", true},
                        {"Chef", "", "", true},
                        {"chefs", "", "", false},
                        {"x", "boss@example.org", "true", true},
                        {"x", "boss@example.org", "false", false},
                        {"x", "boss@example.org", "", false},
                        {"x", "other@example.org", "true", false},
                        {"", "", "true", false}};
  for (const Case& c : cases) {
    User user;
    user.id = UserId("u1");
    user.username = c.username;
    if (*c.email != '\0') user.set_attribute("email", c.email);
    if (*c.verified != '\0') user.set_attribute("email_verified", c.verified);
    const Grant grant{user, "app", "family", from_ms(1'800'000'000'000)};
    for (const Json& claims : {access_claims(settings, grant, "j", grant.signed_in),
                               id_claims(settings, grant, "j", grant.signed_in)}) {
      const Json* groups = claims.at("cognito:groups");
      EXPECT_EQ(groups != nullptr && groups->dump() == R"(["staff"])", c.staff)
          << c.username << " " << c.email << " " << c.verified;
    }
  }
}

}  // namespace
}  // namespace trayline::accounts
