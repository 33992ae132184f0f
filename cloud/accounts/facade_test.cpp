// The Cognito wire on a real host and store, in one thread.
#include "cloud/accounts/facade.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "cloud/accounts/code_mail.hpp"
#include "cloud/accounts/service.hpp"
#include "cloud/accounts/sql.hpp"
#include "lib/auth/token.hpp"
#include "lib/store/sqlite.hpp"

namespace trayline::accounts {
namespace {

class Captured final : public http::Responder {
 public:
  explicit Captured(http::Response& out) : out_(out) {}
  void answer(http::Response response) override { out_ = std::move(response); }
  std::shared_ptr<http::Stream> stream(http::Headers) override { return nullptr; }
  void hang_up() override {}

 private:
  http::Response& out_;
};

const std::string kKeys = ::testing::TempDir() + "facade_test_keys";

Settings settings() {
  Settings s;
  s.issuer = "http://127.0.0.1:1/" + s.pool_id;
  s.clients = {{"app", true}, {"srp-only", false}};
  s.sign_in_per_account.burst = 1000;
  s.codes_per_account.burst = 2;
  return s;
}

struct Rig {
  explicit Rig(Settings s = settings()) : service(s), facade(parts(s)), routes(facade.routes()) {
    EXPECT_TRUE(host.start());
  }
  FacadeParts parts(const Settings& s) {
    return {.settings = s,
            .keys = keys,
            .sealer = sealer,
            .clock = clock,
            .random = random,
            .revocations = revocations,
            .ask = [this](host::Message m,
                          host::Host::Answered a) { return host.ask(std::move(m), std::move(a)); },
            .post = [this](host::Message m) { return host.post(std::move(m)); },
            .work =
                [this](const std::function<void(store::Session&)>& job) {
                  if (pool_full) return false;
                  job(*reader);
                  return true;
                },
            .on_loop = [](const std::function<void()>& task) { task(); }};
  }

  http::Response post(const std::string& target, const std::string& body) {
    http::Request request;
    request.method = "POST";
    request.path = "/";
    request.peer = "127.0.0.1";
    request.headers = {{"x-amz-target", target}};
    request.body = body;
    http::Response out{.status = 0, .headers = {}, .body = {}};
    std::get<host::Raw>(routes[0].handle)(request, std::make_shared<Captured>(out), {});
    while (host.tick()) {
    }
    return out;
  }
  http::Response call(const std::string& operation, const Json& body) {
    return post("AWSCognitoIdentityProviderService." + operation, body.dump());
  }
  // The body of a success, or {"__type": ...}.
  Json ask(const std::string& operation, const Json& body) {
    const http::Response response = call(operation, body);
    const Json json = parse_json(response.body).value_or(Json());
    EXPECT_EQ(response.status, json.at("__type") == nullptr ? 200 : 400) << response.body;
    return json;
  }
  std::string error(const std::string& operation, const Json& body) {
    return ask(operation, body).text_at("__type");
  }

  Json sign_up(const std::string& name = "Ada@Example.org",
               const std::string& password = "Tray-Passw0rd!") {
    return ask("SignUp", Json::object({{"ClientId", "app"},
                                       {"Username", name},
                                       {"Password", password},
                                       {"ValidationData", nullptr},
                                       {"UserContextData", Json(Json::Object())}}));
  }
  std::string confirm(const std::string& code) {
    return error("ConfirmSignUp", Json::object({{"ClientId", "app"},
                                                {"Username", "ada@example.ORG"},
                                                {"ConfirmationCode", code}}));
  }
  Json sign_in(const std::string& password = "Tray-Passw0rd!",
               const std::string& name = "ada@example.org", const std::string& client = "app") {
    return ask("InitiateAuth",
               Json::object({{"ClientId", client},
                             {"AuthFlow", "USER_PASSWORD_AUTH"},
                             {"AuthParameters",
                              Json::object({{"USERNAME", name}, {"PASSWORD", password}})}}));
  }
  Json signed_in() {
    sign_up();
    EXPECT_EQ(confirm(codes.back()), "");
    return sign_in();
  }
  std::string get_user(const std::string& access) {
    const Json out = ask("GetUser", Json::object({{"AccessToken", access}}));
    return out.at("__type") ? out.text_at("message") : "alive";
  }

  bool pool_full = false;
  std::vector<std::string> codes;
  ManualClock clock{from_ms(1'800'000'000'000)};
  SeededRandom random{7};
  Metrics metrics;
  std::unique_ptr<store::Store> db = *store::open_sqlite({.path = ":memory:"}, nullptr);
  auth::KeySet keys = *auth::KeySet::open(kKeys);
  auth::Sealer sealer = *auth::Sealer::from_text("k1 " + std::string(64, 'd'));
  auth::Revocations revocations;
  CodeExecutor mailer{sealer, clock,
                      [this](const CodeMail& mail, const std::function<void(Result<void>)>& done) {
                        codes.push_back(mail.code);
                        done({});
                      }};
  Service service;
  host::Host host{{.store = *db,
                   .clock = clock,
                   .random = random,
                   .metrics = metrics,
                   .sinks = {.publish = [](const auto&) {},
                             .wake = [this](const auto&) { facade.refresh_revocations(); }},
                   .limits = {}},
                  {&service},
                  {&mailer}};
  std::unique_ptr<store::Session> reader = *db->reader();
  Facade facade;
  std::vector<host::Route> routes;
};

std::string token_of(const Json& result, const char* name) {
  const Json* token = result.at("AuthenticationResult", name);
  return token == nullptr || token->as_string() == nullptr ? "" : *token->as_string();
}
Json claims_of(const std::string& token) {
  const std::size_t first = token.find('.');
  const std::size_t second = token.find('.', first + 1);
  const Bytes payload = *from_base64url(token.substr(first + 1, second - first - 1));
  return *parse_json(as_text(payload));
}

TEST(Accounts, SignUpConfirmAndSignInOnTheCognitoWire) {
  Rig rig;
  const Json up = rig.sign_up();
  EXPECT_FALSE(*up.at("UserConfirmed")->as_bool());
  EXPECT_EQ(up.at("CodeDeliveryDetails")->text_at("Destination"), "A***@E***");
  EXPECT_EQ(rig.sign_in().text_at("__type"), "UserNotConfirmedException");
  EXPECT_EQ(rig.confirm("000000x"), "CodeMismatchException");
  ASSERT_EQ(rig.codes.size(), 1u);
  EXPECT_EQ(rig.codes[0].size(), 6u);
  EXPECT_EQ(rig.confirm(rig.codes[0]), "");
  const Json in = rig.sign_in();
  EXPECT_EQ(in.at("AuthenticationResult")->text_at("TokenType"), "Bearer");
  EXPECT_EQ(in.at("AuthenticationResult")->int_at("ExpiresIn"), 3600);
  EXPECT_FALSE(token_of(in, "RefreshToken").empty());

  const Json access = claims_of(token_of(in, "AccessToken"));
  EXPECT_EQ(access.text_at("sub"), up.text_at("UserSub"));
  EXPECT_EQ(access.text_at("client_id"), "app");
  EXPECT_EQ(access.text_at("scope"), "aws.cognito.signin.user.admin");
  EXPECT_EQ(access.at("aud"), nullptr);
  const Json id = claims_of(token_of(in, "IdToken"));
  EXPECT_EQ(id.text_at("aud"), "app");
  EXPECT_TRUE(*id.at("email_verified")->as_bool());
  EXPECT_EQ(id.text_at("origin_jti"), access.text_at("origin_jti"));
  EXPECT_NE(id.text_at("jti"), access.text_at("jti"));

  const Json user =
      rig.ask("GetUser", Json::object({{"AccessToken", token_of(in, "AccessToken")}}));
  EXPECT_EQ(user.text_at("Username"), "Ada@Example.org");
  EXPECT_NE(user.dump().find(R"({"Name":"email_verified","Value":"true"})"), std::string::npos)
      << user.dump();
}

TEST(Accounts, WrongPasswordsAndStrangersGetTheSameAnswer) {
  Rig rig;
  rig.signed_in();
  const Json wrong = rig.sign_in("Tray-Passw0rd?");
  EXPECT_EQ(wrong.text_at("__type"), "NotAuthorizedException");
  EXPECT_EQ(wrong, rig.sign_in("Tray-Passw0rd!", "bob@example.org"));
  EXPECT_EQ(wrong, rig.sign_in("Tray-Passw0rd!", "white space"));
  EXPECT_EQ(wrong, rig.sign_in(std::string(1000, 'x')));
}

TEST(Accounts, TooManyWrongPasswordsCloseTheAccountToTheRightOne) {
  Settings s = settings();
  s.failures_max = 3;
  Rig rig(s);
  rig.signed_in();
  for (int i = 0; i < 2; ++i) rig.sign_in("wrong-password");
  EXPECT_FALSE(token_of(rig.sign_in(), "AccessToken").empty()) << "two are forgiven";
  for (int i = 0; i < 3; ++i) rig.sign_in("wrong-password");
  EXPECT_EQ(rig.sign_in().text_at("__type"), "NotAuthorizedException");
  rig.clock.advance(s.failures_life - Millis(1));
  EXPECT_EQ(rig.sign_in().text_at("__type"), "NotAuthorizedException");
  rig.clock.advance(Millis(1));
  EXPECT_FALSE(token_of(rig.sign_in(), "AccessToken").empty()) << "closed for good";
}

TEST(Accounts, ThrottlesPerAccountWhetherItExistsOrNot) {
  for (const std::string name : {"ada@example.org", "nobody@example.org"}) {
    Settings s = settings();
    s.sign_in_per_account.burst = 3;
    Rig rig(s);
    rig.sign_up();
    for (int i = 0; i < 3; ++i) rig.sign_in("wrong-password", name);
    EXPECT_EQ(rig.sign_in("wrong-password", name).text_at("__type"), "TooManyRequestsException");
    EXPECT_EQ(rig.sign_in("x", "other@example.org").text_at("__type"), "NotAuthorizedException");
    rig.clock.advance(s.sign_in_per_account.every);
    EXPECT_NE(rig.sign_in("wrong-password", name).text_at("__type"), "TooManyRequestsException");
  }
}

TEST(Accounts, RefreshKeepsTheFamilyAndReturnsNoRefreshToken) {
  Rig rig;
  const Json in = rig.signed_in();
  const std::string refresh = token_of(in, "RefreshToken");
  for (const char* flow : {"REFRESH_TOKEN_AUTH", "REFRESH_TOKEN"}) {
    rig.clock.advance(Millis(10'000));
    const Json again =
        rig.ask("InitiateAuth",
                Json::object({{"ClientId", "app"},
                              {"AuthFlow", flow},
                              {"AuthParameters", Json::object({{"REFRESH_TOKEN", refresh}})}}));
    EXPECT_EQ(token_of(again, "RefreshToken"), "");
    const Json before = claims_of(token_of(in, "AccessToken"));
    const Json after = claims_of(token_of(again, "AccessToken"));
    EXPECT_EQ(after.text_at("origin_jti"), before.text_at("origin_jti"));
    EXPECT_EQ(after.int_at("auth_time"), before.int_at("auth_time"));
    EXPECT_GT(after.int_at("exp"), before.int_at("exp"));
  }
  const auto renew = [&](const std::string& token, const std::string& client) {
    return rig.error("GetTokensFromRefreshToken",
                     Json::object({{"ClientId", client}, {"RefreshToken", token}}));
  };
  EXPECT_EQ(renew(refresh, "app"), "");
  EXPECT_EQ(renew(refresh, "srp-only"), "NotAuthorizedException") << "another client's";
  EXPECT_EQ(renew(refresh + "x", "app"), "NotAuthorizedException");
  rig.clock.advance(settings().refresh_life);
  EXPECT_EQ(renew(refresh, "app"), "NotAuthorizedException") << "expired";
}

TEST(Accounts, RevokingARefreshTokenKillsItsFamilyAlone) {
  Rig rig;
  const Json one = rig.signed_in();
  const Json two = rig.sign_in();
  const std::string refresh = token_of(one, "RefreshToken");
  const auto revoke = [&](const std::string& token) {
    return rig.error("RevokeToken", Json::object({{"ClientId", "app"}, {"Token", token}}));
  };
  EXPECT_EQ(revoke(token_of(one, "AccessToken")), "UnsupportedTokenTypeException");
  EXPECT_EQ(revoke("unknown"), "");
  EXPECT_EQ(revoke(refresh), "");
  EXPECT_EQ(revoke(refresh), "") << "twice is as good as once";
  EXPECT_EQ(rig.get_user(token_of(one, "AccessToken")), "Access Token has been revoked");
  EXPECT_EQ(rig.get_user(token_of(two, "AccessToken")), "alive");
  EXPECT_EQ(rig.error("GetTokensFromRefreshToken",
                      Json::object({{"ClientId", "app"}, {"RefreshToken", refresh}})),
            "NotAuthorizedException");
}

TEST(Accounts, GlobalSignOutKillsOldTokensButNotASignInOfTheSameMoment) {
  Rig rig;
  const std::string old = token_of(rig.signed_in(), "AccessToken");
  EXPECT_EQ(rig.error("GlobalSignOut", Json::object({{"AccessToken", old}})), "");
  const std::string fresh = token_of(rig.sign_in(), "AccessToken");
  EXPECT_EQ(rig.get_user(old), "Access Token has been revoked");
  EXPECT_EQ(rig.get_user(fresh), "alive");
  EXPECT_EQ(rig.error("GlobalSignOut", Json::object({{"AccessToken", old}})),
            "NotAuthorizedException");
  auth::Verifier verifier(rig.keys, &rig.revocations);
  const auth::Expectations expected{.issuer = settings().issuer, .clients = {"app"}};
  EXPECT_FALSE(verifier.verify(old, expected, rig.clock.now())) << "dead at the API as well";
  EXPECT_TRUE(verifier.verify(fresh, expected, rig.clock.now()));
}

TEST(Accounts, ExpiredForeignAndIdTokensDoNotServeGetUser) {
  Rig rig;
  const Json in = rig.signed_in();
  EXPECT_EQ(rig.get_user(token_of(in, "IdToken")), "Invalid Access Token");
  EXPECT_EQ(rig.get_user("a.b.c"), "Invalid Access Token");
  rig.clock.advance(settings().access_life);
  EXPECT_EQ(rig.get_user(token_of(in, "AccessToken")), "Access Token has expired");
}

TEST(Accounts, PurgeRemovesWhatNobodyCanUse) {
  Rig rig;
  const Json in = rig.signed_in();
  rig.clock.advance(settings().refresh_life + Millis(4 * 3'600'000));
  while (rig.host.tick()) {
  }
  const std::string family = claims_of(token_of(in, "AccessToken")).text_at("origin_jti");
  EXPECT_FALSE(find_session(*rig.reader, family));
}

TEST(Accounts, ResendsACodeAFewTimesAndNeverTellsStrangersApart) {
  Rig rig;
  rig.sign_up();
  const auto resend = [&](const std::string& name) {
    return rig.ask("ResendConfirmationCode",
                   Json::object({{"ClientId", "app"}, {"Username", name}}));
  };
  EXPECT_EQ(resend("ada@example.org").at("CodeDeliveryDetails")->text_at("Destination"),
            "A***@E***");
  EXPECT_EQ(rig.codes.size(), 2u);
  EXPECT_EQ(resend("bob@example.org").at("CodeDeliveryDetails")->text_at("Destination"),
            "b***@e***");
  EXPECT_EQ(rig.codes.size(), 2u);
  resend("ada@example.org");
  EXPECT_EQ(resend("ada@example.org").text_at("__type"), "LimitExceededException");
  EXPECT_EQ(rig.confirm(rig.codes.back()), "");
}

TEST(Accounts, BadRequestsGetTheExceptionThatClientsKnow) {
  Rig rig;
  rig.sign_up();
  const std::string auth = R"({"ClientId":"app","AuthFlow":)";
  const std::vector<std::array<std::string, 3>> table{
      {"SignUp", "", "SerializationException"},
      {"SignUp", "[]", "SerializationException"},
      {"SignUp", R"({"ClientId":)", "SerializationException"},
      {"SignUp", R"({"ClientId":"app","ClientId":"app"})", "SerializationException"},
      {"SignUp", "{}", "InvalidParameterException"},
      {"SignUp", R"({"ClientId":7})", "SerializationException"},
      {"SignUp", R"({"ClientId":"none","Username":"x@y","Password":"long enough"})",
       "ResourceNotFoundException"},
      {"SignUp", R"({"ClientId":"app","Username":"x@y","Password":"short"})",
       "InvalidPasswordException"},
      {"SignUp", R"({"ClientId":"app","Username":"x@y","Password":"Password123"})",
       "InvalidPasswordException"},
      {"SignUp", R"({"ClientId":"app","Username":"x@yyyyyyyy","Password":"X@yyyyyyyy"})",
       "InvalidPasswordException"},
      {"SignUp", R"({"ClientId":"app","Username":"no address","Password":"long enough"})",
       "InvalidParameterException"},
      {"SignUp", R"({"ClientId":"app","Username":"noaddress","Password":"long enough"})",
       "InvalidParameterException"},
      {"SignUp", R"({"ClientId":"app","Username":"a\u0000@b","Password":"long enough"})",
       "InvalidParameterException"},
      {"SignUp",
       R"({"ClientId":"app","Username":"x@y","Password":"long enough",)"
       R"("UserAttributes":[{"Name":"sub","Value":"me"}]})",
       "InvalidParameterException"},
      {"SignUp",
       R"({"ClientId":"app","Username":"x@y","Password":"long enough",)"
       R"("UserAttributes":[{"Name":"email_verified","Value":"true"}]})",
       "InvalidParameterException"},
      {"SignUp",
       R"({"ClientId":"app","Username":"x@y","Password":"long enough","UserAttributes":{}})",
       "SerializationException"},
      {"SignUp", R"({"ClientId":"app","Username":"ADA@example.org","Password":"long enough"})",
       "UsernameExistsException"},
      {"ConfirmSignUp", R"({"ClientId":"app","Username":"ada@example.org"})",
       "InvalidParameterException"},
      {"InitiateAuth", auth + R"("USER_SRP_AUTH","AuthParameters":{}})",
       "InvalidParameterException"},
      {"InitiateAuth", auth + R"("NONE"})", "InvalidParameterException"},
      {"InitiateAuth", auth + R"("USER_PASSWORD_AUTH"})", "InvalidParameterException"},
      {"InitiateAuth", auth + R"("USER_PASSWORD_AUTH","AuthParameters":[]})",
       "SerializationException"},
      {"InitiateAuth", auth + R"("REFRESH_TOKEN_AUTH","AuthParameters":{"REFRESH_TOKEN":""}})",
       "InvalidParameterException"},
      {"GetUser", "{}", "InvalidParameterException"},
      {"AdminDeleteUser", "{}", "UnknownOperationException"},
      {"", "{}", "UnknownOperationException"},
  };
  for (const auto& [operation, body, type] : table) {
    const http::Response response =
        rig.post("AWSCognitoIdentityProviderService." + operation, body);
    EXPECT_EQ(response.status, 400) << operation << body;
    EXPECT_EQ(parse_json(response.body).value_or(Json()).text_at("__type"), type)
        << operation << body << response.body;
    ASSERT_NE(http::find_header(response.headers, "x-amzn-errortype"), nullptr);
    EXPECT_EQ(*http::find_header(response.headers, "x-amzn-errortype"), type + ":");
  }
  EXPECT_EQ(rig.post("Other.SignUp", "{}").status, 400);
  EXPECT_EQ(rig.sign_in("Tray-Passw0rd!", "ada@example.org", "srp-only").text_at("__type"),
            "InvalidParameterException");
  rig.pool_full = true;
  EXPECT_EQ(rig.sign_in().text_at("__type"), "TooManyRequestsException");
}

TEST(Accounts, PublishesItsKeysAndItsDiscoveryDocument) {
  Rig rig;
  const auto get = [&](std::size_t route) {
    http::Response out;
    std::get<host::Raw>(rig.routes[route].handle)({}, std::make_shared<Captured>(out), {});
    return out.body;
  };
  EXPECT_EQ(rig.routes[2].pattern, "/tl-local-1_TrayPool1/.well-known/jwks.json");
  EXPECT_TRUE(auth::KeySet::from_jwks(get(2)));
  const Json discovery = *parse_json(get(3));
  EXPECT_EQ(discovery.text_at("issuer"), settings().issuer);
  EXPECT_EQ(discovery.text_at("jwks_uri"), settings().issuer + "/.well-known/jwks.json");
}

TEST(Accounts, KeepsNoPasswordCodeOrTokenInTheDatabase) {
  Rig rig;
  const Json in = rig.signed_in();
  rig.sign_up("bob@example.org");
  const store::Statement all{"accounts.all_text",
                             "SELECT u.verifier || u.attributes || s.refresh_hash || "
                             "(SELECT group_concat(c.hash) FROM accounts_codes c) AS t "
                             "FROM accounts_users u LEFT JOIN accounts_sessions s "
                             "ON s.user_id = u.user_id WHERE s.refresh_hash IS NOT NULL",
                             {}};
  const std::string text = rig.reader->run(all)->at(0).text("t");
  for (const std::string& secret :
       {std::string("Tray-Passw0rd!"), token_of(in, "RefreshToken"), rig.codes.back()}) {
    EXPECT_EQ(text.find(secret), std::string::npos) << secret;
  }
}

// Last: everything above has run every statement.
TEST(Statements, AreAllRun) {
  Rig rig;
  const Json in = rig.signed_in();
  rig.ask("GlobalSignOut", Json::object({{"AccessToken", token_of(in, "AccessToken")}}));
  const Json again = rig.sign_in();
  rig.ask("RevokeToken",
          Json::object({{"ClientId", "app"}, {"Token", token_of(again, "RefreshToken")}}));
  rig.clock.advance(Millis(2 * 3'600'000));
  while (rig.host.tick()) {
  }
  const std::vector<std::string> seen = rig.db->statements_seen();
  for (const store::Statement* statement : sql::statements) {
    EXPECT_NE(std::find(seen.begin(), seen.end(), statement->name), seen.end())
        << statement->name << " was never run";
  }
}

}  // namespace
}  // namespace trayline::accounts
