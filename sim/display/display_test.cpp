// The virtual display against a server that plays the screen function; tests/edge has the real one.
#include "sim/display/display.hpp"

#include <gtest/gtest.h>

#include "lib/http/server.hpp"
#include "sim/display/events.hpp"

namespace trayline::display {
namespace {

class Screen : public testing::Test {
 protected:
  Screen() : server(loop, {}, [](int status, auto) { return http::Response{status, {}, ""}; }) {
    server.route("GET", "/events", [this](const auto&, const http::ResponderPtr& responder) {
      stream = responder->stream({});
      ++streams;
    });
    server.route("POST", "/painted",
                 [this](const http::Request& request, const http::ResponderPtr& responder) {
                   painted.push_back(request.body);
                   responder->answer({204, {}, ""});
                 });
    const std::uint16_t port = server.listen("127.0.0.1", 0).value();
    display =
        std::make_unique<Display>(loop, clock, "http://127.0.0.1:" + std::to_string(port), "main");
  }
  void show(int version, const std::string& status) {
    stream->send("", "state",
                 R"({"connected":true,"state":{"screen":"main","version":)" +
                     std::to_string(version) + R"(,"since_ms":0,"status":")" + status + "\"}}");
  }
  bool until(const std::function<bool()>& holds) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    bool held = false;
    std::function<void()> look = [&] {
      held = holds();
      if (held || std::chrono::steady_clock::now() > deadline) return loop.stop();
      timer = loop.after(std::chrono::milliseconds(5), look);
    };
    timer = loop.after(std::chrono::milliseconds(0), look);
    loop.run();
    return held;
  }
  SystemClock clock;
  Loop loop;
  Loop::Timer timer;
  http::Server server;
  std::shared_ptr<http::Stream> stream;
  int streams = 0;
  std::vector<std::string> painted;
  std::unique_ptr<Display> display;
};

TEST_F(Screen, RemembersEveryStateAndReportsItAsPainted) {
  ASSERT_TRUE(until([&] { return stream != nullptr; }));
  show(1, "checking");
  show(2, "paid");
  ASSERT_TRUE(until([&] { return painted.size() == 2; }));
  ASSERT_EQ(display->frames().size(), 2U);
  EXPECT_EQ(display->frames()[0].state.status, "checking");
  EXPECT_EQ(display->now()->state.status, "paid");
  EXPECT_EQ(painted[1], R"({"screen":"main","version":2})");
}

TEST_F(Screen, IgnoresLowerVersionsAndCountsThem) {
  ASSERT_TRUE(until([&] { return stream != nullptr; }));
  show(5, "paid");
  show(4, "checking");
  show(5, "paid");
  ASSERT_TRUE(until([&] { return painted.size() == 2; })) << "a repeated state is painted again";
  EXPECT_EQ(display->frames().size(), 1U);
  EXPECT_EQ(display->steps_back(), 1U);
}

TEST_F(Screen, ConnectsAgainAfterALoss) {
  ASSERT_TRUE(until([&] { return stream != nullptr; }));
  show(1, "idle");
  ASSERT_TRUE(until([&] { return display->streaming(); }));
  stream->close();
  EXPECT_TRUE(until([&] { return streams == 2; }));
}

TEST(Events, AreReadWhereverTheyAreCut) {
  const std::string text =
      ": ping\n\nevent: state\r\ndata: {\ndata: }\n\ndata:x\n\nevent: none\n\n";
  const std::vector<Event> expected = {{"state", "{\n}"}, {"message", "x"}};
  for (std::size_t step = 1; step <= text.size(); ++step) {
    EventReader reader;
    std::vector<Event> events;
    for (std::size_t at = 0; at < text.size(); at += step) {
      for (Event& event : reader.feed(std::string_view(text).substr(at, step))) {
        events.push_back(std::move(event));
      }
    }
    EXPECT_EQ(events, expected) << "cut every " << step << " bytes";
  }
}

}  // namespace
}  // namespace trayline::display
