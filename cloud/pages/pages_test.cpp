#include "cloud/pages/pages.hpp"

#include <gtest/gtest.h>

#include "lib/base/json.hpp"
#include "lib/http/client.hpp"

namespace trayline::pages {
namespace {

const Settings kSettings{"Corner Café", "app-1", "https://pay.example/v3/"};

struct Asked {
  Loop loop;
  http::Server server{loop, {}, [](int status, std::string_view) {
                        return http::Response{status, {}, "refused"};
                      }};
  http::Client client{loop};
  std::uint16_t port = 0;

  Asked() {
    mount(server, kSettings);
    port = *server.listen("127.0.0.1", 0);
  }
  http::Response get(const std::string& path) {
    http::Response seen;
    http::ClientRequest request;
    request.url = "http://127.0.0.1:" + std::to_string(port) + path;
    client.send(std::move(request), [&](Result<http::Response> answer) {
      EXPECT_TRUE(answer) << path;
      if (answer) seen = std::move(*answer);
      loop.stop();
    });
    loop.run();
    return seen;
  }
};

TEST(Pages, AreWhatWasBuilt) {
  Asked asked;
  for (const std::string page : {"/app/", "/console/"}) {
    const http::Response index = asked.get(page);
    EXPECT_EQ(index.status, 200) << page;
    EXPECT_NE(index.body.find("page.js"), std::string::npos);
    EXPECT_EQ(*http::find_header(index.headers, "Content-Security-Policy"), policy_of(kSettings));
    EXPECT_EQ(index.body.find("<script>"), std::string::npos) << "the policy forbids it";
    EXPECT_EQ(asked.get(page + "page.js").status, 200);
    EXPECT_EQ(asked.get(page + "page.css").status, 200);
    EXPECT_EQ(asked.get(page + "nothing.js").status, 404);
  }
}

TEST(Pages, AreToldAboutTheirStore) {
  Asked asked;
  const Result<Json> told = parse_json(asked.get("/app/settings.json").body);
  ASSERT_TRUE(told);
  EXPECT_EQ(told->text_at("name"), "Corner Café");
  EXPECT_EQ(told->text_at("client_id"), "app-1");
  EXPECT_EQ(told->text_at("provider_script"), "https://pay.example/v3/");
}

TEST(Pages, AreFoundFromTheAddressesThatPeopleType) {
  Asked asked;
  for (const auto& [typed, led] : {std::pair{"/", "/app/"}, std::pair{"/app", "/app/"},
                                   std::pair{"/console?x=1", "/console/?x=1"}}) {
    const http::Response answer = asked.get(typed);
    EXPECT_EQ(answer.status, 308) << typed;
    EXPECT_EQ(*http::find_header(answer.headers, "Location"), led);
  }
}

TEST(Policy, LetsTheProviderInAndNobodyElse) {
  const std::string with = policy_of(kSettings);
  EXPECT_NE(with.find("script-src 'self' https://pay.example;"), std::string::npos) << with;
  EXPECT_NE(with.find("frame-src https://pay.example;"), std::string::npos) << with;
  EXPECT_EQ(with.find("unsafe"), std::string::npos) << with;
  const std::string without = policy_of({"", "", ""});
  EXPECT_NE(without.find("script-src 'self';"), std::string::npos) << without;
  EXPECT_NE(without.find("frame-src 'none';"), std::string::npos) << without;
}

}  // namespace
}  // namespace trayline::pages
