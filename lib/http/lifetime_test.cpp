// How servers begin and end, and what their handles do meanwhile.
#include <gtest/gtest.h>

#include <thread>

#include "lib/http/server.hpp"
#include "lib/http/test_peer.hpp"
#include "lib/http/test_server.hpp"

namespace trayline::http {
namespace {

using test::get;
using test::has;
using test::Peer;
using test::TestServer;

void hello(Request, ResponderPtr responder) { responder->answer({.status = 200, .body = "hello"}); }

TEST(Server, FinishesTheRequestInHandWhenItCloses) {
  ResponderPtr kept;
  std::promise<void> asked;
  TestServer server([&](Server& s) {
    s.route("GET", "/hello", hello);
    s.route("GET", "/held", [&](Request, ResponderPtr responder) {
      kept = std::move(responder);
      asked.set_value();
    });
  });
  const Peer idle(server.port()), busy(server.port());
  idle.send(get("/hello"));
  idle.read_until("hello");
  busy.send(get("/held"));
  asked.get_future().wait();
  server.on_loop([](Server& s) { s.close(); });
  EXPECT_EQ(idle.read_all(), "");
  EXPECT_FALSE(Peer(server.port()).connected());
  server.on_loop([&](Server&) {
    kept->answer({.status = 200, .headers = {}, .body = "done"});
    kept.reset();
  });
  const auto answer = busy.read_all();
  EXPECT_TRUE(has(answer, "Connection: close\r\n\r\ndone")) << answer;
}

TEST(Server, MayBeDestroyedUnderItsRequests) {
  std::vector<ResponderPtr> kept;
  std::promise<void> asked;
  TestServer server([&](Server& s) {
    s.route("GET", "/held", [&](Request, ResponderPtr responder) {
      kept.push_back(std::move(responder));
      asked.set_value();
    });
  });
  const Peer peer(server.port());
  peer.send(get("/held"));
  asked.get_future().wait();
  server.destroy();
  EXPECT_EQ(peer.read_all(), "");
  kept[0]->answer({});  // from this thread, to nobody
  kept.clear();
}

TEST(Server, LeavesHandlesBehindThatDoNothing) {
  std::vector<ResponderPtr> kept;
  std::shared_ptr<Stream> stream;
  {
    std::promise<void> asked;
    TestServer server([&](Server& s) {
      s.route("GET", "/held", [&](Request, ResponderPtr responder) { kept.push_back(responder); });
      s.route("GET", "/live", [&](Request, ResponderPtr responder) {
        stream = responder->stream({});
        asked.set_value();
      });
    });
    const Peer first(server.port()), second(server.port()), third(server.port());
    first.send(get("/held"));
    second.send(get("/held"));
    third.send(get("/live"));
    asked.get_future().wait();
    while (true) {
      std::size_t held = 0;
      server.on_loop([&](Server&) { held = kept.size(); });
      if (held == 2) break;
    }
  }
  ASSERT_EQ(kept.size(), 2U);
  kept[0]->answer({});
  kept.clear();
  EXPECT_FALSE(stream->open());
  stream->send("", "", "to nobody");
  stream->on_close([] { ADD_FAILURE() << "there is no loop to call this on"; });
  stream.reset();
}

TEST(Server, SaysWhyItCannotListen) {
  Loop loop;
  Server first(loop, {}, test::plain_refusal), second(loop, {}, test::plain_refusal);
  const auto port = first.listen("127.0.0.1", 0);
  ASSERT_TRUE(port);
  const auto taken = second.listen("127.0.0.1", *port);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, Code::unavailable);
  EXPECT_TRUE(has(taken.error().detail, "Address already in use")) << taken.error().detail;
  const auto bad = second.listen("not an address", 0);
  ASSERT_FALSE(bad);
  EXPECT_TRUE(has(bad.error().detail, "not a numeric address")) << bad.error().detail;
}

TEST(Server, ListensOnBothFamiliesAndNamesThePeer) {
  Loop loop;
  Server server(loop, {}, test::plain_refusal);
  std::string peer_name;
  server.route("GET", "/", [&](Request request, ResponderPtr responder) {
    peer_name = request.peer;
    responder->answer({});
  });
  const auto port = server.listen("::", 0);
  if (!port) GTEST_SKIP() << "no IPv6 here: " << port.error().detail;
  std::thread thread([&] { loop.run(); });
  {
    const Peer peer(*port);
    peer.send(get("/", "Connection: close\r\n"));
    EXPECT_TRUE(has(peer.read_all(), "200 OK"));
  }
  loop.stop();
  thread.join();
  EXPECT_EQ(peer_name, "127.0.0.1");
}

}  // namespace
}  // namespace trayline::http
