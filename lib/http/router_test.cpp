#include "lib/http/router.hpp"

#include <gtest/gtest.h>

#include "lib/http/target.hpp"

namespace trayline::http {
namespace {

using Params = std::map<std::string, std::string>;

struct Line {
  const char* method;
  const char* pattern;
};
const Line table[] = {
    {"GET", "/"},                             // 0
    {"GET", "/v1/orders"},                    // 1
    {"POST", "/v1/orders"},                   // 2
    {"GET", "/v1/orders/{id}"},               // 3
    {"DELETE", "/v1/orders/{id}"},            // 4
    {"GET", "/v1/orders/mine"},               // 5
    {"POST", "/v1/orders/{id}/cancel"},       // 6
    {"GET", "/v1/sites/{site}/menu/{item}"},  // 7
    {"GET", "/files/{path*}"},                // 8
    {"HEAD", "/v1/health"},                   // 9
    {"GET", "/v1/health"},                    // 10
    {"PUT", "/v1/{anything*}"},               // 11
};

Router make_router() {
  Router router;
  for (std::size_t i = 0; i < std::size(table); ++i)
    router.add(table[i].method, table[i].pattern, i);
  return router;
}

TEST(Router, FindsTheMostExactRouteThatKnowsTheMethod) {
  struct Case {
    const char* method;
    const char* path;
    std::size_t route;
    Params params;
  };
  const Case cases[] = {
      {"GET", "/", 0, {}},
      {"GET", "/v1/orders", 1, {}},
      {"POST", "/v1/orders", 2, {}},
      {"HEAD", "/v1/orders", 1, {}},
      {"GET", "/v1/orders/7", 3, {{"id", "7"}}},
      {"GET", "/v1/orders/a%2Fb", 3, {{"id", "a/b"}}},
      {"GET", "/v1/orders/mine", 5, {}},
      {"DELETE", "/v1/orders/mine", 4, {{"id", "mine"}}},
      {"POST", "/v1/orders/mine/cancel", 6, {{"id", "mine"}}},
      {"GET", "/v1/sites/a/menu/b", 7, {{"site", "a"}, {"item", "b"}}},
      {"GET", "/files/", 8, {{"path", ""}}},
      {"GET", "/files/a/b/c.txt", 8, {{"path", "a/b/c.txt"}}},
      {"HEAD", "/v1/health", 9, {}},
      {"GET", "/v1/health", 10, {}},
      {"PUT", "/v1/orders/7", 11, {{"anything", "orders/7"}}},
  };
  const auto router = make_router();
  for (const auto& c : cases) {
    const auto match = router.find(c.method, parse_target(c.path)->segments);
    ASSERT_TRUE(match.found) << c.method << " " << c.path << " found no route";
    EXPECT_EQ(match.route, c.route) << c.method << " " << c.path;
    EXPECT_EQ(match.params, c.params) << c.method << " " << c.path;
  }
}

TEST(Router, NamesTheMethodsOfAPathThatHasOthers) {
  struct Case {
    const char* method;
    const char* path;
    std::vector<std::string> allowed;
  };
  const Case cases[] = {
      {"DELETE", "/", {"GET", "HEAD"}},
      {"DELETE", "/v1/orders", {"GET", "HEAD", "POST", "PUT"}},
      {"POST", "/v1/orders/7", {"DELETE", "GET", "HEAD", "PUT"}},
      {"POST", "/v1/health", {"GET", "HEAD", "PUT"}},
      {"get", "/", {"GET", "HEAD"}},
      {"GET", "/nothing", {}},
      {"GET", "/files", {}},
      {"GET", "/v1", {}},
      {"GET", "//", {}},
  };
  const auto router = make_router();
  for (const auto& c : cases) {
    const auto match = router.find(c.method, parse_target(c.path)->segments);
    EXPECT_FALSE(match.found) << c.method << " " << c.path;
    EXPECT_EQ(match.allowed, c.allowed) << c.method << " " << c.path;
  }
}

TEST(Router, GivesNoEmptySegmentToAParameter) {
  const auto router = make_router();
  EXPECT_FALSE(router.find("GET", {"v1", "orders", ""}).found);
  EXPECT_FALSE(router.find("GET", {"v1", "sites", "", "menu", "b"}).found);
}

TEST(Router, FindsNothingForTheAsteriskForm) {
  EXPECT_FALSE(make_router().find("OPTIONS", {}).found);
}

TEST(RouterDeathTest, RefusesPatternsThatMeanNothing) {
  for (const char* pattern : {"", "a", "/{}", "/{*}", "/{a*}/b", "/a{b}", "/{a}b", "/*"}) {
    EXPECT_DEATH(Router().add("GET", pattern, 0), "") << "'" << pattern << "' was taken";
  }
  EXPECT_DEATH(
      {
        Router router;
        router.add("GET", "/{a}", 0);
        router.add("GET", "/{b}", 1);
      },
      "declared once");
}

}  // namespace
}  // namespace trayline::http
