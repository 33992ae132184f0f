// Event streams as a raw client sees them.
#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>

#include "lib/http/server.hpp"
#include "lib/http/test_peer.hpp"
#include "lib/http/test_server.hpp"

namespace trayline::http {
namespace {

using std::chrono::milliseconds;
using test::Peer;
using test::TestServer;
using StreamPtr = std::shared_ptr<Stream>;

using test::has;

// A server with one stream at /live, handed out once it has begun.
class Live {
 public:
  explicit Live(Limits limits = {})
      : server_(
            [this](Server& s) {
              s.route("GET", "/live", [this](Request, ResponderPtr responder) {
                auto stream = responder->stream({{"X-Own", "1"}});
                stream->on_close([this] {
                  ++closes_;
                  closed_.set_value();
                });
                begun_.set_value(std::move(stream));
              });
            },
            limits) {}

  std::uint16_t port() const { return server_.port(); }
  TestServer& server() { return server_; }
  StreamPtr begun() { return begun_.get_future().get(); }
  bool wait_closed() {
    return closed_.get_future().wait_for(milliseconds(test::patience_ms)) ==
           std::future_status::ready;
  }
  int closes() const { return closes_; }

 private:
  std::promise<StreamPtr> begun_;
  std::promise<void> closed_;
  std::atomic<int> closes_ = 0;
  TestServer server_;
};

const std::string ask = "GET /live HTTP/1.1\r\nHost: a\r\n\r\n";

TEST(Stream, SendsEventsFromAnyThreadInTheirOrder) {
  Live live;
  const Peer peer(live.port());
  peer.send(ask);
  const auto head = peer.read_until("\r\n\r\n");
  EXPECT_TRUE(has(head, "200 OK") && has(head, "Content-Type: text/event-stream\r\n") &&
              has(head, "Transfer-Encoding: chunked") && has(head, "X-Own: 1"))
      << head;
  auto stream = live.begun();
  EXPECT_TRUE(stream->open());
  stream->send("1", "order", "{}");
  stream->send("", "", "two\nlines");
  EXPECT_EQ(peer.read_until("lines\n\n"),
            "1d\r\nid: 1\nevent: order\ndata: {}\n\n\r\n17\r\ndata: two\ndata: lines\n\n");
  for (int i = 0; i < 1000; ++i) stream->send(std::to_string(i), "", "x");
  stream->close();
  const auto rest = peer.read_all();
  EXPECT_TRUE(has(rest, "id: 999\n")) << "what was sent before close() was lost";
  EXPECT_TRUE(rest.ends_with("\r\n0\r\n\r\n")) << "the stream was cut instead of ended";
  EXPECT_FALSE(stream->open());
  stream->send("", "", "to nobody");
  EXPECT_TRUE(live.wait_closed());
  stream.reset();
  live.server().on_loop([](Server&) {});
  EXPECT_EQ(live.closes(), 1);
}

TEST(Stream, SpeaksPlainlyToOldClients) {
  Live live;
  const Peer peer(live.port());
  peer.send("GET /live HTTP/1.0\r\n\r\n");
  auto stream = live.begun();
  stream->send("", "", "a");
  stream->close();
  const auto all = peer.read_all();
  EXPECT_FALSE(has(all, "chunked")) << all;
  EXPECT_TRUE(all.ends_with("\r\n\r\ndata: a\n\n")) << all;
}

TEST(Stream, GivesHeadTheHeadersAndEnds) {
  Live live;
  const Peer peer(live.port());
  peer.send("HEAD /live HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto all = peer.read_all();
  EXPECT_TRUE(has(all, "text/event-stream") && all.ends_with("\r\n\r\n")) << all;
  EXPECT_TRUE(live.wait_closed());
}

TEST(Stream, PingsAndNoticesThatThePeerHasLeft) {
  Live live({.stream_ping = milliseconds(10)});
  std::optional<Peer> peer(live.port());
  peer->send(ask);
  const auto stream = live.begun();
  EXPECT_TRUE(has(peer->read_until(": ping\n\n"), ": ping"));
  EXPECT_TRUE(has(peer->read_until(": ping\n\n"), ": ping"));
  peer.reset();
  EXPECT_TRUE(live.wait_closed());
  EXPECT_FALSE(stream->open());
}

TEST(Stream, CutsOffAReaderThatIsTooSlow) {
  Live live({.stream_backlog_bytes_max = 10'000});
  const Peer peer(live.port(), 4096);
  peer.send(ask);
  const auto stream = live.begun();
  const std::string data(5'000, 'x');
  int sent = 0;
  while (stream->open() && sent < 100'000) {
    live.server().on_loop([&](Server&) { stream->send("", "", data); });
    ++sent;
  }
  EXPECT_FALSE(stream->open()) << "half a gigabyte went into a backlog of 10 kB";
  EXPECT_TRUE(live.wait_closed());
  EXPECT_FALSE(peer.read_all().ends_with("0\r\n\r\n")) << "it was told that the stream had ended";
}

TEST(Stream, BoundsWhatAnotherThreadPilesUp) {
  Live live({.stream_backlog_bytes_max = 10'000});
  const Peer peer(live.port());
  peer.send(ask);
  const auto stream = live.begun();
  live.server().on_loop([&](Server&) {
    std::thread([&] {
      for (int i = 0; i < 1000; ++i) stream->send("", "", std::string(100, 'x'));
    }).join();
    EXPECT_FALSE(stream->open()) << "a loop that is busy must not gather events without end";
  });
  EXPECT_TRUE(live.wait_closed());
}

TEST(Stream, CutsOffAReaderThatTakesNothingBetweenPings) {
  Live live({.stream_backlog_bytes_max = 64'000'000, .stream_ping = milliseconds(20)});
  const Peer peer(live.port(), 4096);
  peer.send(ask);
  const auto stream = live.begun();
  stream->send("", "", std::string(32'000'000, 'x'));
  EXPECT_TRUE(live.wait_closed());
}

TEST(Stream, EndsWhenItsLastUserDropsIt) {
  Live live;
  const Peer peer(live.port());
  peer.send(ask);
  live.begun().reset();
  EXPECT_TRUE(peer.read_all().ends_with("\r\n0\r\n\r\n"));
  EXPECT_TRUE(live.wait_closed());
}

TEST(Stream, EndsWithTheServer) {
  Live live;
  const Peer peer(live.port());
  peer.send(ask);
  const auto stream = live.begun();
  live.server().on_loop([](Server& s) { s.close(); });
  EXPECT_TRUE(peer.read_all().ends_with("0\r\n\r\n"));
  EXPECT_TRUE(live.wait_closed());
}

TEST(Stream, EndsWhenTheServerIsDestroyed) {
  Live live;
  const Peer peer(live.port());
  peer.send(ask);
  const auto stream = live.begun();
  live.server().destroy();
  EXPECT_TRUE(live.wait_closed());
  EXPECT_FALSE(stream->open());
  stream->send("", "", "to nobody");
}

TEST(Stream, TellsThatItHasEndedToWhoAsksLate) {
  Live live;
  std::optional<Peer> peer(live.port());
  peer->send(ask);
  const auto stream = live.begun();
  peer.reset();
  ASSERT_TRUE(live.wait_closed());
  std::promise<void> late;
  stream->on_close([&] { late.set_value(); });
  EXPECT_EQ(late.get_future().wait_for(milliseconds(test::patience_ms)), std::future_status::ready);
}

}  // namespace
}  // namespace trayline::http
