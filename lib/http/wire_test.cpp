#include "lib/http/wire.hpp"

#include <gtest/gtest.h>

namespace trayline::http {
namespace {

std::string head_of(const Head& head) {
  std::string out;
  append_head(out, head);
  return out;
}

TEST(Head, HoldsTheHeadersAndTheLength) {
  const Headers headers{{"Content-Type", "text/plain"}, {"ETag", "\"a\""}};
  const Headers always{{"Server", "trayline"}};
  EXPECT_EQ(head_of({.status = 201,
                     .headers = headers,
                     .always = always,
                     .content_length = 12,
                     .date = "Sun, 06 Nov 1994 08:49:37 GMT"}),
            "HTTP/1.1 201 Created\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Content-Type: text/plain\r\nETag: \"a\"\r\nServer: trayline\r\n"
            "Content-Length: 12\r\n\r\n");
}

TEST(Head, LetsNoHandlerMeddleWithTheFraming) {
  const Headers headers{{"content-length", "99"},
                        {"Transfer-Encoding", "chunked"},
                        {"CONNECTION", "upgrade"},
                        {"Keep-Alive", "x"},
                        {"Date", "never"}};
  EXPECT_EQ(
      head_of(
          {.status = 200, .headers = headers, .always = {}, .close = true, .content_length = 0}),
      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

TEST(Head, PrefersTheAnswersOwnHeaderToTheGeneralOne) {
  const Headers headers{{"cache-control", "max-age=60"}};
  const Headers always{{"Cache-Control", "no-store"}, {"X-Frame-Options", "DENY"}};
  EXPECT_EQ(head_of({.status = 200, .headers = headers, .always = always}),
            "HTTP/1.1 200 OK\r\ncache-control: max-age=60\r\nX-Frame-Options: DENY\r\n\r\n");
}

TEST(Head, SaysNoLengthWhereThereIsNoBody) {
  EXPECT_EQ(head_of({.status = 204, .headers = {}, .always = {}, .content_length = 0}),
            "HTTP/1.1 204 No Content\r\n\r\n");
  EXPECT_EQ(head_of({.status = 304, .headers = {}, .always = {}, .content_length = 5}),
            "HTTP/1.1 304 Not Modified\r\n\r\n");
  EXPECT_EQ(head_of({.status = 299, .headers = {}, .always = {}, .http10 = true}),
            "HTTP/1.1 299 \r\nConnection: keep-alive\r\n\r\n");
}

TEST(Headers, AreFoundWithoutCase) {
  const Headers headers{{"Content-Type", "a"}, {"content-type", "b"}};
  ASSERT_NE(find_header(headers, "CONTENT-TYPE"), nullptr);
  EXPECT_EQ(*find_header(headers, "CONTENT-TYPE"), "a");
  EXPECT_EQ(find_header(headers, "Content"), nullptr);
}

TEST(Headers, CannotCarryALineBreak) {
  EXPECT_TRUE(are_headers({{"X-Name", "a\tb \xc3\xa9"}}));
  for (const auto& bad : {Headers{{"X", "a\r\nSet-Cookie: b"}}, Headers{{"X", "a\n"}},
                          Headers{{"X", std::string("a\0b", 3)}}, Headers{{"X\r\n", "a"}},
                          Headers{{"", "a"}}, Headers{{"X Y", "a"}}, Headers{{"X:", "a"}}}) {
    EXPECT_FALSE(are_headers(bad)) << bad[0].first << ": " << bad[0].second;
  }
}

TEST(Date, IsWrittenAsTheStandardWantsIt) {
  EXPECT_EQ(http_date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(http_date(951782400), "Tue, 29 Feb 2000 00:00:00 GMT");
}

TEST(Event, KeepsTheLinesOfItsData) {
  struct Case {
    const char *id, *event, *data, *text;
  };
  const Case cases[] = {
      {"", "", "a", "data: a\n\n"},
      {"7", "order", "{}", "id: 7\nevent: order\ndata: {}\n\n"},
      {"", "", "", "data: \n\n"},
      {"", "", "a\nb", "data: a\ndata: b\n\n"},
      {"", "", "a\r\nb\rc\n", "data: a\ndata: b\ndata: c\ndata: \n\n"},
      {"1\n2", "x\r\ndata: forged", "a", "id: 12\nevent: xdata: forged\ndata: a\n\n"},
  };
  for (const auto& c : cases) EXPECT_EQ(format_event(c.id, c.event, c.data), c.text);
}

TEST(Chunk, SaysItsLengthInHex) {
  EXPECT_EQ(as_chunk("abc"), "3\r\nabc\r\n");
  EXPECT_EQ(as_chunk(std::string(26, 'x')).substr(0, 4), "1a\r\n");
}

}  // namespace
}  // namespace trayline::http
