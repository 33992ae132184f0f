#include "lib/http/client.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <optional>
#include <thread>

#include "lib/http/test_peer.hpp"
#include "lib/http/test_server.hpp"

namespace trayline::http {
namespace {

using std::chrono::milliseconds;
using test::TestServer;

// A server that does what a script says with each connection, one after the other; counts the
// requests that it has read.
class Scripted {
 public:
  // Gets the requests' number on this connection and its text; empty: close without an answer.
  using Script = std::function<std::string(int number, const std::string& request)>;

  explicit Scripted(Script script) : script_(std::move(script)) {
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(fd_, 16), 0);
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~Scripted() {
    ended_ = true;
    ::shutdown(fd_, SHUT_RDWR);
    thread_.join();
    ::close(fd_);
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }
  int requests() const { return requests_; }

 private:
  void serve() {
    while (true) {
      const int peer = ::accept(fd_, nullptr, nullptr);
      if (peer < 0) return;
      for (int number = 1; !ended_; ++number) {
        const auto request = read_head(peer);
        if (request.empty()) break;
        ++requests_;
        const auto answer = script_(number, request);
        if (answer.empty()) break;
        ::send(peer, answer.data(), answer.size(), MSG_NOSIGNAL);
      }
      ::close(peer);
    }
  }
  std::string read_head(int peer) const {
    std::string head;
    while (!head.ends_with("\r\n\r\n")) {
      pollfd wait{peer, POLLIN, 0};
      const int ready = ::poll(&wait, 1, 20);  // looks at ended_ now and then
      if (ended_) return "";
      char byte = 0;
      if (ready == 0) continue;
      if (::recv(peer, &byte, 1, 0) <= 0) return "";
      head += byte;
    }
    return head;
  }

  Script script_;
  int fd_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> requests_ = 0;
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

const std::string fine = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

void server_routes(Server& server) {
  server.route("GET", "/echo", [](Request request, ResponderPtr responder) {
    std::string text;
    for (const auto& [name, value] : request.headers) text += name + "=" + value + "\n";
    responder->answer({.status = 200, .headers = {{"X-Own", "  spaced "}}, .body = text});
  });
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE"}) {
    server.route(method, "/body", [](Request request, ResponderPtr responder) {
      responder->answer(
          {.status = 201, .headers = {}, .body = request.method + ":" + request.body});
    });
  }
  server.route("GET", "/moved", [](Request, ResponderPtr responder) {
    responder->answer({.status = 302, .headers = {{"Location", "/echo"}}, .body = "there"});
  });
  server.route("GET", "/large", [](Request, ResponderPtr responder) {
    responder->answer({.status = 200, .headers = {}, .body = std::string(100'000, 'x')});
  });
}

// Sends on a loop of the test's own and runs it until the answer is there.
Result<Response> ask(Client& client, Loop& loop, ClientRequest request) {
  std::optional<Result<Response>> got;
  client.send(std::move(request), [&](Result<Response> result) {
    got = std::move(result);
    loop.stop();
  });
  EXPECT_FALSE(got) << "it called back before send() returned";
  loop.run();
  return *got;
}

std::string closed_port_url() {
  Loop loop;
  Server server(loop, {}, test::plain_refusal);
  return "http://127.0.0.1:" + std::to_string(server.listen("127.0.0.1", 0).value()) + "/";
}

TEST(Client, SendsAndReceives) {
  TestServer server(server_routes);
  Loop loop;
  Client client(loop);
  const auto got = ask(client, loop,
                       {.url = server.url("/echo"), .headers = {{"X-Mine", "1"}, {"X-Empty", ""}}});
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_EQ(got->status, 200);
  ASSERT_NE(find_header(got->headers, "x-own"), nullptr);
  EXPECT_EQ(*find_header(got->headers, "x-own"), "spaced");
  EXPECT_NE(got->body.find("X-Mine=1\n"), got->body.npos) << got->body;
  EXPECT_NE(got->body.find("X-Empty=\n"), got->body.npos) << got->body;
}

TEST(Client, SendsBodiesOfAnySizeWithAnyMethod) {
  TestServer server(server_routes, {.body_bytes_max = 4'000'000});
  Loop loop;
  Client client(loop);
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE"}) {
    for (const std::size_t size : {0U, 3U, 3'000'000U}) {
      const std::string body(size, 'b');
      const auto got =
          ask(client, loop, {.method = method, .url = server.url("/body"), .body = body});
      ASSERT_TRUE(got) << method << " of " << size << ": " << got.error().detail;
      EXPECT_EQ(got->status, 201);
      EXPECT_TRUE(got->body == std::string(method) + ":" + body) << method << " of " << size;
    }
  }
}

TEST(Client, LeavesStatusAndRedirectsToItsCaller) {
  TestServer server(server_routes);
  Loop loop;
  Client client(loop);
  const auto moved = ask(client, loop, {.url = server.url("/moved")});
  ASSERT_TRUE(moved);
  EXPECT_EQ(moved->status, 302);
  EXPECT_EQ(moved->body, "there");
  EXPECT_EQ(ask(client, loop, {.url = server.url("/nothing")})->status, 404);
  const auto head = ask(client, loop, {.method = "HEAD", .url = server.url("/large")});
  ASSERT_TRUE(head) << head.error().detail;
  EXPECT_EQ(*find_header(head->headers, "Content-Length"), "100000");
  EXPECT_EQ(head->body, "");
}

TEST(Client, SaysUnavailableOnlyWhenNothingWasSent) {
  Loop loop;
  Client client(loop);
  for (const auto& url : {closed_port_url(), std::string("http://no-such-host.invalid/")}) {
    const auto got = ask(client, loop, {.method = "POST", .url = url, .body = "x"});
    ASSERT_FALSE(got) << url;
    EXPECT_EQ(got.error().code, Code::unavailable) << url << ": " << got.error().detail;
  }
}

TEST(Client, SaysUnknownOutcomeWhenTheRequestMayHaveArrived) {
  const std::pair<const char*, std::string> answers[] = {
      {"nothing", ""},
      {"half a body", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"},
      {"garbage", "garbage\r\n\r\n"},
      {"half a header", "HTTP/1.1 200 OK\r\nContent-"},
  };
  for (const auto& [name, answer] : answers) {
    Scripted server([&](int number, const std::string&) { return number == 1 ? answer : ""; });
    Loop loop;
    Client client(loop);
    const auto got =
        ask(client, loop, {.method = "POST", .url = server.url(), .timeout = milliseconds(300)});
    ASSERT_FALSE(got) << name;
    EXPECT_EQ(got.error().code, Code::unknown_outcome) << name << ": " << got.error().detail;
    EXPECT_EQ(server.requests(), 1) << name;
  }
}

TEST(Client, SaysUnknownOutcomeWhenTheAnswerDoesNotComeInTime) {
  ResponderPtr kept;
  TestServer server([&](Server& s) {
    s.route("POST", "/held", [&](Request, ResponderPtr responder) { kept = responder; });
  });
  Loop loop;
  Client client(loop);
  const auto got = ask(client, loop,
                       {.method = "POST", .url = server.url("/held"), .timeout = milliseconds(50)});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Code::unknown_outcome) << got.error().detail;
  server.on_loop([&](Server&) { kept.reset(); });
}

// The second request on a kept connection is read and the connection closed without an answer.
TEST(Client, RepeatsAGetOnADeadConnectionButNeverAPost) {
  for (const std::string method : {"GET", "POST", "PATCH", "PUT"}) {
    Scripted server([](int number, const std::string&) { return number == 1 ? fine : ""; });
    Loop loop;
    Client client(loop);
    ASSERT_TRUE(ask(client, loop, {.url = server.url()}));
    const auto got = ask(client, loop, {.method = method, .url = server.url()});
    if (method == "GET" || method == "PUT") {
      EXPECT_TRUE(got) << method << ": " << got.error().detail;
      EXPECT_EQ(server.requests(), 3) << method;
    } else {
      ASSERT_FALSE(got) << method;
      EXPECT_EQ(got.error().code, Code::unknown_outcome) << got.error().detail;
      EXPECT_EQ(server.requests(), 2) << method << " was sent twice";
    }
  }
}

TEST(Client, RefusesAnAnswerThatIsTooLarge) {
  TestServer server(server_routes);
  Loop loop;
  Client client(loop, {.body_bytes_max = 99'999});
  const auto got = ask(client, loop, {.url = server.url("/large")});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Code::exhausted) << got.error().detail;
  Client enough(loop, {.body_bytes_max = 100'000});
  EXPECT_TRUE(ask(enough, loop, {.url = server.url("/large")}));
  Scripted endless([](int, const std::string&) {
    std::string head = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 10'000; ++i) head += "X-More: and more\r\n";
    return head + "\r\n";
  });
  const auto headers = ask(client, loop, {.url = endless.url()});
  ASSERT_FALSE(headers);
  EXPECT_EQ(headers.error().code, Code::exhausted) << headers.error().detail;
}

TEST(Client, RefusesWhatItMustNotSend) {
  Loop loop;
  Client client(loop);
  const ClientRequest bad[] = {
      {.url = ""},
      {.url = "file:///etc/passwd"},
      {.url = "ftp://127.0.0.1/"},
      {.url = "http://"},
      {.url = "http://127.0.0.1/a b"},
      {.url = "http://127.0.0.1/\r\nX: y"},
      {.method = "GET /x HTTP/1.1\r\nHost", .url = "http://127.0.0.1/"},
      {.method = "", .url = "http://127.0.0.1/"},
      {.url = "http://127.0.0.1/", .headers = {{"X", "a\r\nY: b"}}},
      {.url = "http://127.0.0.1/", .headers = {{"X Y", "a"}}},
  };
  for (const auto& request : bad) {
    const auto got = ask(client, loop, request);
    ASSERT_FALSE(got) << request.method << " " << request.url;
    EXPECT_EQ(got.error().code, Code::invalid_argument)
        << request.method << " " << request.url << ": " << got.error().detail;
  }
}

TEST(Client, NamesOnlyTheHostInItsErrors) {
  auto url = closed_port_url() + "secret?token=secret";
  url.insert(7, "secret:secret@");
  const auto got = fetch({.url = url});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().detail.find("secret"), std::string::npos) << got.error().detail;
  EXPECT_NE(got.error().detail.find("127.0.0.1"), std::string::npos) << got.error().detail;
}

TEST(Client, RefusesWhatIsAboveItsLimit) {
  std::vector<ResponderPtr> kept;
  TestServer server([&](Server& s) {
    s.route("GET", "/held",
            [&](Request, ResponderPtr responder) { kept.push_back(std::move(responder)); });
  });
  Loop loop;
  Client client(loop, {.in_flight_max = 3});
  int ended = 0;
  for (int i = 0; i < 3; ++i) {
    client.send({.url = server.url("/held"), .timeout = milliseconds(100)},
                [&](Result<Response> r) {
                  EXPECT_EQ(r.error().code, Code::unknown_outcome);
                  if (++ended == 3) loop.stop();
                });
  }
  bool refused = false;
  client.send({.url = server.url("/held")}, [&](Result<Response> r) {
    ASSERT_FALSE(r);
    EXPECT_EQ(r.error().code, Code::exhausted);
    EXPECT_EQ(ended, 0);
    refused = true;
  });
  loop.run();
  EXPECT_TRUE(refused);
  server.on_loop([&](Server&) { kept.clear(); });
}

TEST(Client, CarriesManyRequestsAtOnceOverFewConnections) {
  std::map<std::string, int> ports;
  TestServer server(server_routes, {.connections_max = 8});
  Loop loop;
  Client client(loop, {.per_host_max = 8});
  constexpr int many = 1000;
  int right = 0, ended = 0;
  for (int i = 0; i < many; ++i) {
    client.send({.method = "POST", .url = server.url("/body"), .body = std::to_string(i)},
                [&, i](Result<Response> result) {
                  if (result && result->body == "POST:" + std::to_string(i)) ++right;
                  if (++ended == many) loop.stop();
                });
  }
  loop.run();
  EXPECT_EQ(right, many) << "answers were lost, mixed up or turned away";
}

TEST(Client, MaySendAgainInItsCallback) {
  TestServer server(server_routes);
  Loop loop;
  Client client(loop);
  int left = 20;
  std::function<void(Result<Response>)> again = [&](Result<Response> result) {
    EXPECT_TRUE(result);
    if (--left == 0) return loop.stop();
    client.send({.url = server.url("/echo")}, again);
  };
  client.send({.url = server.url("/echo")}, again);
  loop.run();
  EXPECT_EQ(left, 0);
}

TEST(Client, MayBeDestroyedInItsCallbackAndWithRequestsUnderWay) {
  TestServer server(server_routes);
  Loop loop;
  auto client = std::make_unique<Client>(loop, ClientLimits{.in_flight_max = 2});
  int called = 0;
  for (int i = 0; i < 3; ++i) {
    client->send({.url = server.url("/echo")}, [&](Result<Response>) {
      ++called;
      client.reset();
      loop.post([&] { loop.stop(); });
    });
  }
  loop.run();
  EXPECT_EQ(called, 1);
}

struct Streaming {
  Streaming()
      : server([this](Server& s) {
          s.route("GET", "/live", [this](Request, ResponderPtr responder) {
            stream = responder->stream({});
            stream->send("1", "", "one");
            stream->send("2", "", "two");
            if (end_at_once) stream->close();
          });
        }) {}
  ~Streaming() {
    server.on_loop([this](Server&) { stream.reset(); });
  }
  std::atomic<bool> end_at_once = false;
  std::shared_ptr<Stream> stream;
  TestServer server;
};

TEST(ClientStream, HandsOverThePiecesAndThenTheEnd) {
  Streaming live;
  live.end_at_once = true;
  Loop loop;
  Client client(loop);
  std::string got;
  std::optional<Result<Response>> end;
  client.stream(
      {.url = live.server.url("/live")},
      [&](std::string_view piece) {
        EXPECT_FALSE(end);
        got += piece;
        return true;
      },
      [&](Result<Response> result) {
        end = std::move(result);
        loop.stop();
      });
  loop.run();
  EXPECT_EQ(got, "id: 1\ndata: one\n\nid: 2\ndata: two\n\n");
  ASSERT_TRUE(*end) << end->error().detail;
  EXPECT_EQ((*end)->status, 200);
  EXPECT_EQ(*find_header((*end)->headers, "Content-Type"), "text/event-stream");
}

TEST(ClientStream, StopsWhenItsListenerHasEnough) {
  Streaming live;
  Loop loop;
  Client client(loop);
  int pieces = 0;
  std::optional<Result<Response>> end;
  client.stream(
      {.url = live.server.url("/live")},
      [&](std::string_view) {
        ++pieces;
        return false;
      },
      [&](Result<Response> result) {
        end = std::move(result);
        loop.stop();
      });
  loop.run();
  EXPECT_EQ(pieces, 1);
  ASSERT_TRUE(*end);
  EXPECT_EQ((*end)->status, 200);
}

TEST(ClientStream, EndsAfterSilence) {
  Streaming live;
  Loop loop;
  Client client(loop);
  std::string got;
  std::optional<Result<Response>> end;
  client.stream(
      {.url = live.server.url("/live"), .timeout = milliseconds(100)},
      [&](std::string_view piece) {
        got += piece;
        return true;
      },
      [&](Result<Response> result) {
        end = std::move(result);
        loop.stop();
      });
  loop.run();
  EXPECT_FALSE(got.empty());
  ASSERT_FALSE(*end);
  EXPECT_EQ(end->error().code, Code::unknown_outcome) << end->error().detail;
}

TEST(ClientStream, MayDestroyTheClientInAPiece) {
  Streaming live;
  Loop loop;
  auto client = std::make_unique<Client>(loop);
  client->stream(
      {.url = live.server.url("/live")},
      [&](std::string_view) {
        client.reset();
        loop.post([&] { loop.stop(); });
        return true;
      },
      [](Result<Response>) { ADD_FAILURE() << "a destroyed client called back"; });
  loop.run();
}

TEST(ClientStream, SaysUnknownOutcomeWhenItIsCut) {
  Scripted server([](int number, const std::string&) {
    return number == 1 ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n" : "";
  });
  Loop loop;
  Client client(loop);
  std::optional<Result<Response>> end;
  client.stream(
      {.url = server.url(), .timeout = milliseconds(200)}, [](std::string_view) { return true; },
      [&](Result<Response> result) {
        end = std::move(result);
        loop.stop();
      });
  loop.run();
  ASSERT_FALSE(*end);
  EXPECT_EQ(end->error().code, Code::unknown_outcome);
}

TEST(Fetch, WaitsForTheAnswer) {
  TestServer server(server_routes);
  const auto got = fetch({.method = "POST", .url = server.url("/body"), .body = "abc"});
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_EQ(got->body, "POST:abc");
  const auto refused = fetch({.url = closed_port_url()});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::unavailable);
}

}  // namespace
}  // namespace trayline::http
