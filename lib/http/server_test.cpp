#include "lib/http/server.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>

#include "lib/http/test_peer.hpp"
#include "lib/http/test_server.hpp"

namespace trayline::http {
namespace {

using std::chrono::milliseconds;
using test::get;
using test::has;
using test::Peer;
using test::TestServer;

void hello(Request, ResponderPtr responder) {
  responder->answer({.status = 200, .headers = {{"X-Own", "1"}}, .body = "hello"});
}

void echo(Request request, ResponderPtr responder) {
  std::string text = request.method + " " + request.path;
  for (const auto& [name, value] : request.params) text += " " + name + "=" + value;
  for (const auto& [name, value] : request.query) text += " ?" + name + "=" + value;
  responder->answer({.status = 200, .headers = {}, .body = text + " [" + request.body + "]"});
}

void plain_routes(Server& server) {
  server.route("GET", "/hello", hello);
  server.route("GET", "/things/{id}", echo);
  server.route("POST", "/things", echo);
  server.route("PUT", "/big", echo, 1'000'000);
}

std::string status_line(const std::string& answer) { return answer.substr(0, answer.find('\r')); }

std::string body_of(const std::string& answer) {
  const auto end = answer.find("\r\n\r\n");
  return end == answer.npos ? "<no body>" : answer.substr(end + 4);
}

TEST(Server, AnswersWhatTheHandlerSays) {
  TestServer server([](Server& s) {
    plain_routes(s);
    s.always({{"X-Always", "yes"}});
  });
  const Peer peer(server.port());
  peer.send(get("/hello"));
  const auto answer = peer.read_until("hello");
  EXPECT_EQ(status_line(answer), "HTTP/1.1 200 OK");
  EXPECT_TRUE(has(answer, "\r\nX-Own: 1\r\n")) << answer;
  EXPECT_TRUE(has(answer, "\r\nX-Always: yes\r\n")) << answer;
  EXPECT_TRUE(has(answer, "\r\nContent-Length: 5\r\n")) << answer;
  EXPECT_TRUE(has(answer, "\r\nDate: ")) << answer;
  EXPECT_FALSE(has(answer, "Connection:")) << answer;
}

TEST(Server, HandsOverDecodedParametersAndQuery) {
  TestServer server(plain_routes);
  const Peer peer(server.port());
  peer.send(get("/things/a%2Fb%20c?x=1+2&y=%26"));
  EXPECT_TRUE(has(peer.read_until("[]"), "GET /things/a/b c id=a/b c ?x=1 2 ?y=& []"));
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
  test::Worker worker;
  TestServer server([&](Server& s) {
    plain_routes(s);
    s.route("GET", "/slow", [&](Request, ResponderPtr responder) {
      s.route("GET", "/later", hello);  // routes may be added at any time
      worker.push(
          [responder] { responder->answer({.status = 200, .headers = {}, .body = "slow"}); });
    });
  });
  const Peer peer(server.port());
  std::string requests = get("/slow");
  for (int i = 0; i < 500; ++i) requests += get("/things/" + std::to_string(i));
  peer.send(requests + get("/hello", "Connection: close\r\n"));
  const auto answers = peer.read_all();
  std::size_t at = answers.find("\r\n\r\nslow");
  ASSERT_NE(at, answers.npos);
  for (int i = 0; i < 500; ++i) {
    const auto next = answers.find("id=" + std::to_string(i) + " ", at);
    ASSERT_NE(next, answers.npos) << "no answer to request " << i << " behind the one before";
    at = next;
  }
  EXPECT_TRUE(answers.ends_with("hello"));
  worker.finish();
}

TEST(Server, RefusesBadRequestsWithTheRightStatus) {
  TestServer server(plain_routes, {.header_bytes_max = 1024, .body_bytes_max = 100});
  struct Case {
    std::string name, request, status;
    bool goes_on;  // the connection takes another request
  };
  const std::string post = "POST /things HTTP/1.1\r\nHost: a\r\n";
  const Case cases[] = {
      {"garbage", "\x01\x02 garbage\r\n\r\n", "400 Bad Request", false},
      {"no path", "GET things HTTP/1.1\r\nHost: a\r\n\r\n", "400 Bad Request", true},
      {"broken escape", get("/things/%4"), "400 Bad Request", true},
      {"zero byte", get("/things/%00"), "400 Bad Request", true},
      {"dot segments", get("/things/../hello"), "400 Bad Request", true},
      {"unknown path", get("/nothing"), "404 Not Found", true},
      {"unknown path with a body",
       "POST /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", "404 Not Found", true},
      {"unknown path with a huge body",
       "POST /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n", "404 Not Found",
       false},
      {"asterisk", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "404 Not Found", true},
      {"wrong method", "DELETE /hello HTTP/1.1\r\nHost: a\r\n\r\n", "405 Method Not Allowed", true},
      {"large header", get("/hello", "A: " + std::string(2000, 'a') + "\r\n"),
       "431 Request Header Fields Too Large", false},
      {"endless header", "GET /" + std::string(2000, 'a'), "431 Request Header Fields Too Large",
       false},
      {"large announced body", post + "Content-Length: 101\r\n\r\n", "413 Content Too Large",
       false},
      {"large chunked body",
       post + "Transfer-Encoding: chunked\r\n\r\n65\r\n" + std::string(101, 'x'),
       "413 Content Too Large", false},
      {"many chunks",
       post + "Transfer-Encoding: chunked\r\n\r\n40\r\n" + std::string(64, 'x') + "\r\n40\r\n" +
           std::string(64, 'x') + "\r\n0\r\n\r\n",
       "413 Content Too Large", false},
      {"two lengths", post + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", "400 Bad Request",
       false},
      {"smuggled length", post + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       "400 Bad Request", false},
      {"unknown expectation", post + "Expect: more\r\nContent-Length: 1\r\n\r\n",
       "417 Expectation Failed", false},
  };
  for (const auto& c : cases) {
    const Peer peer(server.port());
    peer.send(c.request);
    if (c.goes_on) peer.send(get("/hello", "Connection: close\r\n"));
    peer.shut_writing();
    const auto answers = peer.read_all();
    EXPECT_EQ(status_line(answers), "HTTP/1.1 " + c.status) << c.name;
    EXPECT_TRUE(has(answers, "\r\nX-Refused: yes\r\n")) << c.name << " was not refused by Refusal";
    EXPECT_EQ(has(answers, "\r\nX-Own: 1\r\n"), c.goes_on) << c.name << ":\n" << answers;
    EXPECT_EQ(answers.find("Connection: close") < answers.find("\r\n\r\n"), !c.goes_on) << c.name;
  }
}

TEST(Server, NamesTheAllowedMethods) {
  TestServer server(plain_routes);
  const Peer peer(server.port());
  peer.send("PATCH /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(has(peer.read_until("\r\n\r\n"), "\r\nAllow: GET, HEAD\r\n"));
}

TEST(Server, TakesBodiesOfBothKinds) {
  TestServer server(plain_routes);
  const Peer peer(server.port());
  peer.send("POST /things HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
  EXPECT_TRUE(has(peer.read_until("[abc]"), "POST /things [abc]"));
  peer.send(
      "POST /things HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n");
  EXPECT_TRUE(has(peer.read_until("]"), "POST /things [abcdefg]"));
}

TEST(Server, TakesALargerBodyWhereTheRouteSaysSo) {
  TestServer server(plain_routes, {.body_bytes_max = 1000});
  const Peer peer(server.port());
  const std::string body(900'000, 'x');
  peer.send("PUT /big HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 900000\r\n\r\n");
  peer.send(body);
  const auto answer = peer.read_all();
  EXPECT_EQ(status_line(answer), "HTTP/1.1 200 OK");
  EXPECT_EQ(body_of(answer), "PUT /big [" + body + "]");
}

TEST(Server, SaysContinueOnlyToWhoMaySendTheBody) {
  TestServer server(plain_routes, {.body_bytes_max = 100});
  {
    const Peer peer(server.port());
    peer.send(
        "POST /things HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    EXPECT_EQ(peer.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    peer.send("abc");
    EXPECT_TRUE(has(peer.read_until("[abc]"), "HTTP/1.1 200 OK"));
  }
  struct Case {
    std::string path, length, status;
  };
  for (const auto& c : {Case{"/things", "101", "HTTP/1.1 413 Content Too Large"},
                        Case{"/nothing", "3", "HTTP/1.1 404 Not Found"},
                        Case{"/hello", "3", "HTTP/1.1 405 Method Not Allowed"}}) {
    const Peer peer(server.port());
    peer.send("POST " + c.path +
              " HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: " + c.length +
              "\r\n\r\n");
    EXPECT_EQ(status_line(peer.read_until("\r\n\r\n")), c.status);
  }
}

TEST(Server, AnswersHeadLikeGetWithoutTheBody) {
  TestServer server(plain_routes);
  const Peer peer(server.port());
  peer.send("HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n" + get("/hello", "Connection: close\r\n"));
  const auto answers = peer.read_all();
  EXPECT_TRUE(has(answers, "Content-Length: 5\r\n\r\nHTTP/1.1 200 OK")) << answers;
}

TEST(Server, SpeaksToOldClients) {
  TestServer server(plain_routes);
  {
    const Peer peer(server.port());
    peer.send("GET /hello HTTP/1.0\r\n\r\n");
    EXPECT_TRUE(has(peer.read_all(), "Connection: close\r\n\r\nhello"));
  }
  const Peer peer(server.port());
  peer.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /hello HTTP/1.0\r\n\r\n");
  const auto answers = peer.read_all();
  EXPECT_TRUE(has(answers, "Connection: keep-alive\r\n\r\nhelloHTTP/1.1 200 OK")) << answers;
}

TEST(Server, AnswersAPeerThatHasShutItsSide) {
  TestServer server(plain_routes);
  const Peer peer(server.port());
  peer.send(get("/hello"));
  peer.shut_writing();
  EXPECT_TRUE(peer.read_all().ends_with("hello"));
}

TEST(Server, AnswersForHandlersThatFail) {
  ResponderPtr kept;
  TestServer server([&](Server& s) {
    s.route("GET", "/drops", [](Request, ResponderPtr) {});
    s.route("GET", "/throws", [](Request, ResponderPtr) { throw std::runtime_error("secret"); });
    s.route("GET", "/throws-number", [](Request, ResponderPtr) { throw 7; });
    s.route("GET", "/keeps-and-throws", [&](Request, ResponderPtr responder) {
      kept = std::move(responder);
      throw std::runtime_error("secret");
    });
    s.route("GET", "/answers-and-throws", [](Request, ResponderPtr responder) {
      responder->answer({.status = 202, .headers = {}, .body = "first"});
      throw std::runtime_error("secret");
    });
    s.route("GET", "/twice", [](Request, ResponderPtr responder) {
      responder->answer({.status = 202, .headers = {}, .body = "first"});
      responder->answer({.status = 200, .headers = {}, .body = "second"});
      EXPECT_FALSE(responder->stream({})->open());
    });
    s.route("GET", "/splits", [](Request, ResponderPtr responder) {
      responder->answer({.status = 200, .headers = {{"X", "a\r\nSet-Cookie: b"}}, .body = ""});
    });
    s.route("GET", "/bad-status", [](Request, ResponderPtr responder) {
      responder->answer({.status = 42, .headers = {}, .body = ""});
    });
  });
  struct Case {
    std::string path, status;
  };
  for (const auto& c :
       {Case{"/drops", "500"}, Case{"/throws", "500"}, Case{"/throws-number", "500"},
        Case{"/keeps-and-throws", "500"}, Case{"/answers-and-throws", "202"}, Case{"/twice", "202"},
        Case{"/splits", "500"}, Case{"/bad-status", "500"}}) {
    const Peer peer(server.port());
    peer.send(get(c.path) + get("/nothing", "Connection: close\r\n"));
    const auto answers = peer.read_all();
    EXPECT_EQ(answers.substr(9, 3), c.status) << c.path;
    EXPECT_TRUE(has(answers, "HTTP/1.1 404")) << c.path << " ended the connection";
    EXPECT_FALSE(has(answers, "secret") || has(answers, "second") || has(answers, "Set-Cookie"));
  }
}

TEST(Server, LosesPatienceInEveryState) {
  ResponderPtr kept;
  TestServer server(
      [&](Server& s) {
        plain_routes(s);
        s.route("GET", "/never", [&](Request, ResponderPtr r) { kept = std::move(r); });
      },
      {.header_timeout = milliseconds(30),
       .body_timeout = milliseconds(30),
       .idle_timeout = milliseconds(30),
       .answer_timeout = milliseconds(30)});
  struct Case {
    std::string name, sent, answer;
  };
  for (const auto& c :
       {Case{"silent from the start", "", ""},
        Case{"half a header", "GET /hello HTTP/1.1\r\nHo", "HTTP/1.1 408 Request Timeout"},
        Case{"half a body", "POST /things HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab",
             "HTTP/1.1 408 Request Timeout"},
        Case{"silent after an answer", get("/hello"), "HTTP/1.1 200 OK"}}) {
    const Peer peer(server.port());
    peer.send(c.sent);
    EXPECT_EQ(status_line(peer.read_all()), c.answer) << c.name;
  }
  const Peer peer(server.port());
  peer.send(get("/never"));
  EXPECT_EQ(status_line(peer.read_until("\r\n\r\n")), "HTTP/1.1 504 Gateway Timeout");
  server.on_loop([&](Server&) {
    kept->answer({.status = 200, .headers = {}, .body = "too late"});
    kept.reset();
  });
  EXPECT_FALSE(has(peer.read_all(), "too late"));
}

TEST(Server, TricklingDoesNotProlongAHeader) {
  TestServer server(plain_routes, {.header_timeout = milliseconds(50)});
  const Peer peer(server.port());
  std::atomic<bool> done = false;
  std::thread trickle([&] {
    peer.send("GET /hello HTTP/1.1\r\nA: ");
    while (!done) {
      peer.send("a");
      std::this_thread::sleep_for(milliseconds(5));  // the trickle itself, nobody waits for it
    }
  });
  EXPECT_TRUE(has(peer.read_until("\r\n\r\n"), "HTTP/1.1 408"));
  done = true;
  trickle.join();
}

TEST(Server, TurnsAwayWhatIsAboveTheConnectionLimit) {
  TestServer server(plain_routes, {.connections_max = 2});
  std::optional<Peer> first(server.port()), second(server.port());
  first->send(get("/hello"));
  first->read_until("hello");
  second->send(get("/hello"));
  second->read_until("hello");
  {
    const Peer third(server.port());
    third.send(get("/hello"));
    third.shut_writing();
    EXPECT_EQ(status_line(third.read_all()), "HTTP/1.1 503 Service Unavailable");
  }
  first->send(get("/hello"));
  EXPECT_TRUE(has(first->read_until("hello"), "200 OK")) << "an old connection suffered";
  first->shut_writing();
  EXPECT_EQ(first->read_all(), "");
  const Peer fourth(server.port());
  fourth.send(get("/hello"));
  EXPECT_TRUE(has(fourth.read_until("hello"), "200 OK")) << "a freed place stayed taken";
}

TEST(Server, SendsLargeAnswersToSlowReaders) {
  const std::string large(8'000'000, 'x');
  TestServer server([&](Server& s) {
    s.route("GET", "/large", [&](Request, ResponderPtr responder) {
      responder->answer({.status = 200, .headers = {}, .body = large});
    });
  });
  const Peer peer(server.port(), 4096);
  peer.send(get("/large", "Connection: close\r\n"));
  EXPECT_EQ(body_of(peer.read_all()).size(), large.size());
}

TEST(Server, HangsUpWithoutAByteWhereAskedAndHandsOverTheQueryAsSent) {
  TestServer server([](Server& s) {
    s.route("GET", "/gone", [](const Request&, const ResponderPtr& responder) {
      responder->hang_up();
      responder->answer({.status = 200, .headers = {}, .body = "too late"});
    });
    s.route("GET", "/query", [](const Request& request, const ResponderPtr& responder) {
      responder->answer({.status = 200, .headers = {}, .body = "<" + request.query_text + ">"});
    });
  });
  const Peer peer(server.port());
  peer.send(get("/query?a[]=1&a[]=%20"));
  EXPECT_TRUE(has(peer.read_until(">"), "<a[]=1&a[]=%20>"));
  peer.send(get("/gone"));
  EXPECT_EQ(peer.read_all(), "");
}

TEST(Server, DropsAReaderThatTakesNothing) {
  const std::string large(64'000'000, 'x');
  TestServer server(
      [&](Server& s) {
        s.route("GET", "/large", [&](Request, ResponderPtr responder) {
          responder->answer({.status = 200, .headers = {}, .body = large});
        });
      },
      {.connections_max = 1, .answer_timeout = milliseconds(30)});
  const Peer peer(server.port(), 4096);
  peer.send(get("/large"));
  peer.read_until("\r\n\r\n");
  while (true) {  // until its place is free
    const Peer next(server.port());
    next.send(get("/nothing", "Connection: close\r\n"));
    const auto line = status_line(next.read_all());
    if (line == "HTTP/1.1 404 Not Found") break;
    // The request that nobody reads may reset the connection before its refusal is read.
    if (line == "<reset>") continue;
    ASSERT_EQ(line, "HTTP/1.1 503 Service Unavailable");
  }
}

TEST(Server, ServesManyConnectionsAtOnce) {
  test::Worker worker;
  TestServer server([&](Server& s) {
    s.route("GET", "/{id}", [&](Request request, ResponderPtr responder) {
      worker.push([id = request.params["id"], responder] {
        responder->answer({.status = 200, .headers = {}, .body = "<" + id + ">"});
      });
    });
  });
  constexpr int threads = 8, each = 50;
  std::atomic<int> right = 0;
  std::vector<std::thread> clients;
  for (int t = 0; t < threads; ++t) {
    clients.emplace_back([&, t] {
      const Peer peer(server.port());
      for (int i = 0; i < each; ++i) {
        const auto id = std::to_string(t * each + i);
        peer.send(get("/" + id));
        if (has(peer.read_until(">"), "<" + id + ">")) ++right;
      }
    });
  }
  for (auto& client : clients) client.join();
  worker.finish();
  EXPECT_EQ(right, threads * each);
}

}  // namespace
}  // namespace trayline::http
