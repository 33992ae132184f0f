#include "lib/http/target.hpp"

#include <gtest/gtest.h>

namespace trayline::http {
namespace {

using Segments = std::vector<std::string>;

TEST(Target, SplitsBeforeItDecodes) {
  struct Case {
    std::string text, path;
    Segments segments;
  };
  const Case cases[] = {
      {"/", "/", {""}},
      {"/a", "/a", {"a"}},
      {"/a/", "/a/", {"a", ""}},
      {"//a", "//a", {"", "a"}},
      {"/a/b%20c", "/a/b c", {"a", "b c"}},
      {"/a%2Fb/c", "/a/b/c", {"a/b", "c"}},
      {"/a%2fb", "/a/b", {"a/b"}},
      {"/caf%C3%A9", "/caf\u00e9", {"caf\u00e9"}},
      {"/a+b", "/a+b", {"a+b"}},
      {"/a%3Fb", "/a?b", {"a?b"}},
      {"/...", "/...", {"..."}},
      {"/a?b=/c", "/a", {"a"}},
      {"http://host:8080/a/b?c", "/a/b", {"a", "b"}},
      {"https://host", "/", {""}},
      {"http://host?x=1", "/", {""}},
      {"*", "*", {}},
  };
  for (const auto& c : cases) {
    const auto target = parse_target(c.text);
    ASSERT_TRUE(target) << c.text << ": " << target.error().detail;
    EXPECT_EQ(target->path, c.path) << c.text;
    EXPECT_EQ(target->segments, c.segments) << c.text;
  }
}

TEST(Target, DecodesTheQueryAsAForm) {
  const auto target = parse_target("/x?a=1&b=two+words&c&d=%26%3D&=e&a=2&&f=g=h&%C3%A9=%2B");
  ASSERT_TRUE(target);
  const std::map<std::string, std::string> expected{{"", "e"},      {"a", "2"},  {"b", "two words"},
                                                    {"c", ""},      {"d", "&="}, {"f", "g=h"},
                                                    {"\u00e9", "+"}};
  EXPECT_EQ(target->query, expected);
}

TEST(Target, RefusesWhatIsNotATarget) {
  const std::string bad[] = {
      "",
      "a",
      "a/b",
      "?a",
      "/%",
      "/%4",
      "/%zz",
      "/%2",
      "/a%00b",
      "/?a=%00",
      "/?%00=a",
      "/a b",
      "/a#b",
      "/?a#b",
      "/..",
      "/a/../b",
      "/%2e%2e",
      "/.",
      "/a/%2E/b",
      "/\x01",
      "/a%0Ab",
      "/a\x7f",
      "/%FF",
      "/%C0%AF",
      "/?a=%FF",
      "/\xff",
      "/%ED%A0%80",
      "/?a=%F5%80%80%80",
      "ftp://host/",
      "example.com:443",
      "**",
      std::string("/a\0b", 4),
  };
  for (const auto& text : bad) {
    const auto target = parse_target(text);
    ASSERT_FALSE(target) << "'" << text << "' was taken as a target";
    EXPECT_EQ(target.error().code, Code::invalid_argument);
    EXPECT_FALSE(target.error().detail.empty());
  }
}

}  // namespace
}  // namespace trayline::http
