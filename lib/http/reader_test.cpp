#include "lib/http/reader.hpp"

#include <gtest/gtest.h>

namespace trayline::http {
namespace {

using Step = RequestReader::Step;

constexpr std::size_t header_bytes_max = 1024;
constexpr std::size_t body_bytes_max = 64;

struct Outcome {
  Step step = Step::need_more;
  std::size_t consumed = 0;
  bool fits = true;
};

// Hands the reader the text in pieces of the given size, as a connection would.
Outcome read(RequestReader& reader, std::string_view text, std::size_t piece) {
  Outcome outcome;
  for (std::size_t end = 0; end < text.size();) {
    end = std::min(end + piece, text.size());
    while (true) {
      std::size_t consumed = 0;
      outcome.step = reader.feed(text.substr(outcome.consumed, end - outcome.consumed), consumed);
      outcome.consumed += consumed;
      if (outcome.step != Step::head) break;
      outcome.fits = reader.limit_body(body_bytes_max, true);
      if (!outcome.fits) return outcome;
    }
    if (outcome.step != Step::need_more) break;
  }
  return outcome;
}

const std::size_t pieces[] = {1, 2, 3, 5, 7, 100'000};

TEST(Reader, TakesRequestsHoweverTheyAreCut) {
  struct Case {
    std::string text, method, target, body;
    bool keep_alive;
  };
  const Case cases[] = {
      {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET", "/", "", true},
      {"\r\n\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n", "GET", "/x", "", true},
      {"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "GET", "/", "", false},
      {"GET / HTTP/1.0\r\n\r\n", "GET", "/", "", false},
      {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "GET", "/", "", true},
      {"POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", "POST", "/p", "abc", true},
      {"POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "POST", "/p", "", true},
      {"POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "POST", "/p",
       "", true},
      {"POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
       "1\r\na\r\n2;ext=1\r\nbc\r\n0\r\nX-Trailer: t\r\n\r\n",
       "POST", "/p", "abc", true},
      {"POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
       "CHUNKED\r\n\r\n0a\r\n0123456789\r\n00\r\n\r\n",
       "POST", "/p", "0123456789", true},
      {"BREW http://a/pot HTTP/1.1\r\nHost: a\r\n\r\n", "BREW", "http://a/pot", "", true},
  };
  for (const auto& c : cases) {
    for (const auto piece : pieces) {
      RequestReader reader(header_bytes_max);
      // What follows belongs to the next request and stays.
      const auto outcome = read(reader, c.text + "GET /next", piece);
      ASSERT_EQ(outcome.step, Step::done)
          << c.text << " in pieces of " << piece << ": " << reader.detail();
      EXPECT_EQ(outcome.consumed, c.text.size()) << c.text << " in pieces of " << piece;
      EXPECT_EQ(reader.request().method, c.method);
      EXPECT_EQ(reader.target(), c.target);
      EXPECT_EQ(reader.request().body, c.body);
      EXPECT_EQ(reader.keep_alive(), c.keep_alive) << c.text;
      EXPECT_EQ(reader.request().header("x-trailer"), nullptr) << "a trailer became a header";
    }
  }
}

TEST(Reader, ReadsOneRequestAfterTheOther) {
  RequestReader reader(header_bytes_max);
  for (const auto* target : {"/a", "/b", "/c"}) {
    const auto text = std::string("GET ") + target + " HTTP/1.1\r\nHost: a\r\n\r\n";
    ASSERT_EQ(read(reader, text, text.size()).step, Step::done);
    EXPECT_EQ(reader.target(), target);
    EXPECT_EQ(reader.request().headers.size(), 1U);
    reader.reset();
  }
}

TEST(Reader, RefusesWhatIsNotHttp) {
  const std::string host = "GET / HTTP/1.1\r\nHost: a\r\n";
  const std::string post = "POST / HTTP/1.1\r\nHost: a\r\n";
  const std::string chunked = post + "Transfer-Encoding: chunked\r\n\r\n";
  struct Case {
    std::string text;
    int status;
  };
  const Case cases[] = {
      {"hello\r\n\r\n", 400},
      {std::string("\x16\x03\x01\x02\x00\x01\x00", 7), 400},  // a TLS client
      {"GET / HTTP/2.0\r\n\r\n", 400},
      {"GET / HTTP/1.2\r\n\r\n", 400},
      {"GET /\r\n\r\n", 400},
      {"GET  / HTTP/1.1\r\n\r\n", 400},
      {"G(T / HTTP/1.1\r\n\r\n", 400},
      {"GET / HTTP/1.1\nHost: a\n\n", 400},
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {host + "Host: b\r\n\r\n", 400},
      {host + "A b: c\r\n\r\n", 400},
      {host + "A : c\r\n\r\n", 400},
      {host + ": c\r\n\r\n", 400},
      {host + "no colon\r\n\r\n", 400},
      {host + "A: b\x01\r\n\r\n", 400},
      {host + std::string("A: b\0c\r\n\r\n", 10), 400},
      {host + "A: b\nC: d\r\n\r\n", 400},
      {host + "Expect: a miracle\r\n\r\n", 417},
      {post + "Content-Length: -1\r\n\r\n", 400},
      {post + "Content-Length: 1x\r\n\r\n", 400},
      {post + "Content-Length: 99999999999999999999999\r\n\r\n", 400},
      {post + "Content-Length: 3\r\nContent-Length: 4\r\n\r\n", 400},
      {post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {post + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", 400},
      {post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {post + "Transfer-Encoding: gzip\r\n\r\n", 501},
      {post + "Transfer-Encoding: gzip, chunked\r\n\r\n", 501},
      {post + "Transfer-Encoding: chunked, identity\r\n\r\n", 501},
      {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {chunked + "x\r\n\r\n", 400},
      {chunked + "-1\r\n\r\n", 400},
      {chunked + "1\r\nab\r\n", 400},
      {chunked + "1 x\r\nb\r\n", 400},
      {chunked + "fffffffffffffffff\r\n", 400},
      {chunked + "ffffffffffffffff\r\n", 413},
      {chunked + "41\r\n", 413},
      {chunked + "3f\r\n" + std::string(63, 'x') + "\r\n2\r\n", 413},
      {chunked + "0\r\nbad trailer\r\n\r\n", 400},
      {chunked + "1;" + std::string(2 * header_bytes_max, 'e'), 400},
      {chunked + "0\r\n" + std::string(2 * header_bytes_max, 't'), 400},
      {"GET /" + std::string(2 * header_bytes_max, 'a'), 431},
      {host + "A: " + std::string(2 * header_bytes_max, 'a'), 431},
      {host + "A: " + std::string(2 * header_bytes_max, 'a') + "\r\n\r\n", 431},
      {"GET /" + std::string(header_bytes_max / 2, 'a') +
           " HTTP/1.1\r\nHost: a\r\nB: " + std::string(header_bytes_max / 2, 'b') + "\r\n\r\n",
       431},
  };
  for (const auto& c : cases) {
    for (const auto piece : pieces) {
      RequestReader reader(header_bytes_max);
      // Padding, so that a reader that waits for more is seen to wait in vain.
      const auto outcome = read(reader, c.text + "\r\n\r\n", piece);
      ASSERT_EQ(outcome.step, Step::broken) << c.text.substr(0, 200) << " in pieces of " << piece;
      EXPECT_EQ(reader.status(), c.status)
          << c.text.substr(0, 200) << " in pieces of " << piece << ": " << reader.detail();
      EXPECT_FALSE(reader.detail().empty());
    }
  }
}

TEST(Reader, CountsEmptyLinesAsHeader) {
  RequestReader reader(header_bytes_max);
  std::string lines;
  for (std::size_t i = 0; i <= header_bytes_max; i += 2) lines += "\r\n";
  EXPECT_EQ(read(reader, lines, 2).step, Step::broken);
  EXPECT_EQ(reader.status(), 431);
}

TEST(Reader, SaysAtTheHeadThatAnAnnouncedBodyIsTooLarge) {
  RequestReader reader(header_bytes_max);
  const auto outcome =
      read(reader, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 65\r\n\r\n", 1000);
  EXPECT_EQ(outcome.step, Step::head);
  EXPECT_FALSE(outcome.fits);
}

TEST(Reader, DropsABodyThatNobodyWants) {
  RequestReader reader(header_bytes_max);
  std::size_t consumed = 0;
  const std::string_view text = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
  ASSERT_EQ(reader.feed(text, consumed), Step::head);
  EXPECT_TRUE(reader.has_body());
  ASSERT_TRUE(reader.limit_body(3, false));
  ASSERT_EQ(reader.feed(text.substr(consumed), consumed), Step::done);
  EXPECT_EQ(reader.request().body, "");
  EXPECT_EQ(reader.body_bytes(), 3U);
}

TEST(Reader, KnowsWhoWaitsForContinue) {
  RequestReader reader(header_bytes_max);
  std::size_t consumed = 0;
  ASSERT_EQ(
      reader.feed("PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n\r\n",
                  consumed),
      Step::head);
  EXPECT_TRUE(reader.expects_continue());
}

}  // namespace
}  // namespace trayline::http
