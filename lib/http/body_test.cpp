// What may be read of bodies: of all connections together, and after a guard has looked.
#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <stdexcept>

#include "lib/http/test_peer.hpp"
#include "lib/http/test_server.hpp"

namespace trayline::http {
namespace {

using std::chrono::milliseconds;
using test::get;
using test::has;
using test::Peer;
using test::TestServer;

void echo(Request request, ResponderPtr responder) {
  std::string text = request.method + " " + request.path;
  for (const auto& [name, value] : request.params) text += " " + name + "=" + value;
  responder->answer({.status = 200, .headers = {}, .body = text + " [" + request.body + "]"});
}

void routes(Server& server) {
  server.route("GET", "/hello", [](Request, ResponderPtr responder) {
    responder->answer({.status = 200, .headers = {}, .body = "hello"});
  });
  server.route("POST", "/things", echo);
}

std::string status_line(const std::string& answer) { return answer.substr(0, answer.find('\r')); }

// A partial body behind a whole request: once that is answered the rest has been read as well.
std::string hello_and_part(std::size_t length, std::size_t part) {
  return get("/hello") +
         "POST /things HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(length) +
         "\r\n\r\n" + std::string(part, 'x');
}
std::string post(std::size_t length) {
  return "POST /things HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(length) +
         "\r\n\r\n" + std::string(length, 'y');
}

TEST(Bodies, BoundsTheBodiesOfAllConnectionsTogether) {
  TestServer server(routes, {.body_bytes_in_flight_max = 1000});
  const Peer slow(server.port());
  slow.send(hello_and_part(900, 600));
  slow.read_until("hello");
  const std::string chunked =
      "POST /things HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n258\r\n" +
      std::string(600, 'z');
  for (const std::string& more : {post(600), chunked}) {
    const Peer second(server.port());
    second.send(more);
    second.shut_writing();
    const auto answer = second.read_all();
    EXPECT_EQ(status_line(answer), "HTTP/1.1 503 Service Unavailable");
    EXPECT_TRUE(has(answer, "Retry-After: 1\r\n")) << answer;
  }
  const Peer small(server.port());
  small.send(post(300));
  EXPECT_TRUE(has(small.read_until("]"), "200 OK")) << "there was room for this one";
  slow.send(std::string(300, 'x'));
  EXPECT_TRUE(has(slow.read_until("]"), "200 OK")) << "who came first suffered";
  small.send(post(1000));
  EXPECT_TRUE(has(small.read_until("]"), "200 OK")) << "answered bodies are still counted";
}

TEST(Bodies, CountsNoBodyThatIsGivenUp) {
  TestServer server(
      routes,
      {.body_bytes_max = 900, .body_bytes_in_flight_max = 1000, .body_timeout = milliseconds(200)});
  {
    const Peer leaves(server.port());
    leaves.send(hello_and_part(900, 800));
    leaves.shut_writing();
    leaves.read_all();
  }
  const Peer peer(server.port());
  peer.send(post(900));
  EXPECT_TRUE(has(peer.read_until("]"), "200 OK")) << "of a peer that left";
  const Peer late(server.port());
  late.send(hello_and_part(900, 800));
  EXPECT_TRUE(has(late.read_until("408"), "408"));
  peer.send(post(900));
  EXPECT_TRUE(has(peer.read_until("]"), "200 OK")) << "of a body that came too late";
  const Peer lost(server.port());
  lost.send("POST /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n" +
            std::string(800, 'x'));
  peer.send(post(900));
  EXPECT_TRUE(has(peer.read_until("]"), "200 OK")) << "of a body that nobody wants";
}

TEST(Bodies, AsksTheGuardBeforeItReadsTheBody) {
  std::atomic<int> handled{0};
  TestServer server([&](Server& s) {
    s.route(
        "PUT", "/kept/{id}",
        [&](Request request, ResponderPtr responder) {
          ++handled;
          echo(std::move(request), std::move(responder));
        },
        1000,
        [](const Request& request) -> std::optional<Response> {
          if (request.params.at("id") == "broken") throw std::runtime_error("guard");
          if (request.query.contains("signature") && !request.peer.empty()) return std::nullopt;
          return Response{.status = 403};
        });
  });
  const auto put = [](const std::string& target, const std::string& more) {
    return "PUT " + target + " HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n" + more + "\r\n";
  };
  const auto asked = [&](const std::string& target) {
    const Peer peer(server.port());
    peer.send(put(target, "Expect: 100-continue\r\n"));
    return status_line(peer.read_until("\r\n\r\n"));
  };
  EXPECT_EQ(asked("/kept/1"), "HTTP/1.1 403 Forbidden");
  EXPECT_EQ(asked("/kept/broken?signature=1"), "HTTP/1.1 500 Internal Server Error");
  EXPECT_EQ(asked("/kept/1?signature=1"), "HTTP/1.1 100 Continue");
  EXPECT_EQ(handled, 0);
  const Peer peer(server.port());
  peer.send(put("/kept/1", "") + "abc" + put("/kept/1?signature=1", "") + "def");
  const auto answers = peer.read_until("]");
  EXPECT_EQ(status_line(answers), "HTTP/1.1 403 Forbidden") << "a small body keeps the connection";
  EXPECT_TRUE(has(answers, "PUT /kept/1 id=1 [def]")) << answers;
  EXPECT_EQ(handled, 1);
}

}  // namespace
}  // namespace trayline::http
