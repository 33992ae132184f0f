#include "lib/http/files.hpp"

#include <gtest/gtest.h>

namespace trayline::http {
namespace {

std::optional<std::string_view> file(std::string_view path) {
  if (path == "page.js") return "let x = 1;";
  if (path == "page.js.gz") return "packed";
  if (path == "icon.svg") return "<svg/>";
  return std::nullopt;
}

Response ask(const std::string& path, Headers headers = {}) {
  Request request;
  request.headers = std::move(headers);
  return answer_file(file, request, path, {{"X-More", "1"}});
}

TEST(Files, AreSentWithTypeAndTag) {
  const Response found = ask("icon.svg");
  EXPECT_EQ(found.status, 200);
  EXPECT_EQ(found.body, "<svg/>");
  EXPECT_EQ(*find_header(found.headers, "Content-Type"), "image/svg+xml");
  EXPECT_EQ(*find_header(found.headers, "X-More"), "1");
  EXPECT_EQ(find_header(found.headers, "Vary"), nullptr) << "it has one form only";
  EXPECT_EQ(ask("nothing").status, 404);
}

TEST(Files, AreCompressedForWhoTakesIt) {
  struct Case {
    const char* accepted;
    const char* body;
  };
  for (const Case& c :
       {Case{"gzip", "packed"}, Case{"br, gzip;q=0.8", "packed"}, Case{"*", "packed"},
        Case{"gzip;q=0", "let x = 1;"}, Case{"gzip;q=0.000", "let x = 1;"},
        Case{"br", "let x = 1;"}, Case{"", "let x = 1;"}, Case{"gzip;q=0.5", "packed"}}) {
    const Response answer = ask("page.js", {{"Accept-Encoding", c.accepted}});
    EXPECT_EQ(answer.body, c.body) << c.accepted;
    EXPECT_EQ(find_header(answer.headers, "Content-Encoding") != nullptr, answer.body == "packed");
    EXPECT_EQ(*find_header(answer.headers, "Vary"), "Accept-Encoding");
  }
}

TEST(Files, AreNotSentAgainToWhoHasThem) {
  const std::string tag = *find_header(ask("page.js").headers, "ETag");
  for (const std::string& known : {tag, "W/" + tag, "\"other\", " + tag, std::string("*")}) {
    const Response answer = ask("page.js", {{"If-None-Match", known}});
    EXPECT_EQ(answer.status, 304) << known;
    EXPECT_EQ(answer.body, "");
  }
  EXPECT_EQ(ask("page.js", {{"If-None-Match", "\"other\""}}).status, 200);
  EXPECT_EQ(ask("page.js", {{"If-None-Match", tag}, {"Accept-Encoding", "gzip"}}).status, 200)
      << "the compressed form has a tag of its own";
}

}  // namespace
}  // namespace trayline::http
