// The hub with functions played over socketpairs: topics, rights, inboxes, restart delays.
#include "edge/agent/hub.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "edge/agent/starter.hpp"

namespace trayline::agent {
namespace {

class HubTest : public testing::Test {
 protected:
  // Attached when this returns.
  int attach(const std::string& name) {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    ::fcntl(ends[1], F_SETFL, O_NONBLOCK);
    hub.attach(name, ends[0], Json::object({{"core", "c1"}}));
    EXPECT_EQ(hear(ends[1]), R"({"verb":"welcome","core":"c1"})");
    return ends[1];
  }
  // The next line, or "nothing" when there is none after a turn of the loop.
  std::string hear(int fd) {
    std::string& rest = rests[fd];
    for (int turn = 0; turn < 3 && rest.find('\n') == std::string::npos; ++turn) {
      timer = loop.after(Millis(5), [this] { loop.stop(); });
      loop.run();
      char chunk[4096];
      for (ssize_t n; (n = ::read(fd, chunk, sizeof(chunk))) > 0;) {
        rest.append(chunk, static_cast<std::size_t>(n));
      }
    }
    const std::size_t end = rest.find('\n');
    if (end == std::string::npos) return "nothing";
    std::string line = rest.substr(0, end);
    rest.erase(0, end + 1);
    return line;
  }
  std::string say(int fd, const std::string& text) {
    const std::string line = text + "\n";
    EXPECT_EQ(::write(fd, line.data(), line.size()), static_cast<ssize_t>(line.size()));
    return hear(fd);
  }
  static bool has(const std::string& line, const std::string& part) {
    return line.find(part) != std::string::npos;
  }

  Loop loop;
  Loop::Timer timer;
  ManualClock clock{from_ms(0)};
  SeededRandom random{1};
  std::vector<Row> put;
  PutResult result = PutResult::stored;
  std::map<int, std::string> rests;
  Hub hub{loop, clock, random, [this](Row row, Hub::Stored done) {
            put.push_back(std::move(row));
            done(result, 9);
          }};
};

TEST_F(HubTest, FunctionsTalkUnderTheirOwnName) {
  const int camera = attach("camera");
  const int screen = attach("screen");
  EXPECT_TRUE(has(say(screen, R"({"verb":"sub","id":1,"topic":"camera/#"})"), "\"ok\""));
  EXPECT_TRUE(
      has(say(camera, R"({"verb":"pub","id":2,"topic":"seen","to":"local","body":{"n":1}})"),
          "\"ok\""));
  const std::string heard = hear(screen);
  EXPECT_TRUE(has(heard, R"("topic":"camera/seen")") && has(heard, R"("body":{"n":1})")) << heard;
}

TEST_F(HubTest, WhatTheCloudSaysReachesItsFunctionAlone) {
  const int camera = attach("camera");
  const int screen = attach("screen");
  EXPECT_TRUE(has(say(camera, R"({"verb":"sub","id":1,"topic":"#"})"), "\"ok\""));
  EXPECT_TRUE(has(say(camera, R"({"verb":"sub","id":2,"topic":"down/screen/#"})"), "denied"));
  EXPECT_TRUE(has(say(screen, R"({"verb":"sub","id":1,"topic":"down/screen/+/state"})"), "\"ok\""));
  hub.deliver("down/screen/main/state", "1");
  EXPECT_TRUE(has(hear(screen), "down/screen/main/state"));
  EXPECT_EQ(hear(camera), "nothing");
  EXPECT_EQ(hub.report("camera").denied, 1U);
}

TEST_F(HubTest, OfStatesOnlyTheNewestWaits) {
  const int screen = attach("screen");
  say(screen, R"({"verb":"sub","id":1,"topic":"down/screen/+/state"})");
  for (std::size_t i = 0; i < kUnhandledMax; ++i) {
    hub.deliver("down/screen/s" + std::to_string(i) + "/state", "0");
    hear(screen);
  }
  for (int i = 1; i <= 50; ++i) hub.deliver("down/screen/main/state", std::to_string(i));
  EXPECT_EQ(hear(screen), "nothing") << "64 are unhandled";
  EXPECT_TRUE(has(say(screen, R"({"verb":"ack","msg":1})"), "\"body\":50"));
  EXPECT_EQ(say(screen, R"({"verb":"ack","msg":2})"), "nothing");
}

TEST_F(HubTest, AFullInboxDropsAndCounts) {
  const int screen = attach("screen");
  say(screen, R"({"verb":"sub","id":1,"topic":"camera/x"})");
  for (std::size_t i = 0; i < kInboxMax + 5; ++i) hub.deliver("camera/x", "1");
  EXPECT_EQ(hub.report("screen").dropped, 5U);
}

TEST_F(HubTest, AMessageThatIsNotHandledComesAgain) {
  const int screen = attach("screen");
  say(screen, R"({"verb":"sub","id":1,"topic":"camera/x"})");
  hub.deliver("camera/x", "1");
  EXPECT_TRUE(has(hear(screen), "\"attempt\":1"));
  EXPECT_TRUE(has(say(screen, R"({"verb":"nack","msg":1,"retry_ms":0})"), "\"attempt\":2"));
  EXPECT_EQ(say(screen, R"({"verb":"nack","msg":1,"retry_ms":60000})"), "nothing");
}

TEST_F(HubTest, WhatIsKeptIsGivenToWhoComesLater) {
  hub.deliver_kept("agent/uplink", R"({"connected":false})");
  const int screen = attach("screen");
  say(screen, R"({"verb":"sub","id":1,"topic":"agent/uplink"})");
  EXPECT_TRUE(has(hear(screen), R"("body":{"connected":false})"));
}

TEST_F(HubTest, AnswersToTheCloudsMessagesSayWhatTheOutboxSaid) {
  const int camera = attach("camera");
  const std::string line = R"({"verb":"pub","id":3,"topic":"predictions","to":"cloud",)"
                           R"("class":"critical","key":"k","body":1})";
  EXPECT_EQ(say(camera, line), R"({"verb":"ok","id":3,"seq":9})");
  EXPECT_EQ(put.at(0).function, "camera");
  EXPECT_EQ(put.at(0).cls, Class::critical);
  result = PutResult::full;
  EXPECT_TRUE(has(say(camera, line), R"("code":"full")"));
  result = PutResult::conflict;
  EXPECT_TRUE(has(say(camera, line), R"("code":"conflict")"));
  EXPECT_TRUE(has(say(camera, R"({"verb":"pub","id":4,"topic":"x","to":"cloud","body":1})"), "4"));
  EXPECT_TRUE(is_uuid7(put.back().key)) << put.back().key;
}

TEST_F(HubTest, AnAnswerForAnEndedFunctionGoesNowhere) {
  Hub::Stored late;
  Hub slow(loop, clock, random, [&](const Row&, Hub::Stored done) { late = std::move(done); });
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  ::fcntl(ends[1], F_SETFL, O_NONBLOCK);
  slow.attach("camera", ends[0], Json::object({}));
  hear(ends[1]);
  say(ends[1], R"({"verb":"pub","id":1,"topic":"x","to":"cloud","body":1})");
  ASSERT_TRUE(late);
  slow.detach("camera");
  late(PutResult::stored, 1);
}

TEST(Restart, WaitsLongerEachTimeUpToAMinute) {
  SeededRandom random(3);
  for (const auto& [n, middle] : std::vector<std::pair<int, std::int64_t>>{
           {0, 500}, {1, 1000}, {4, 8000}, {7, 60000}, {1000, 60000}}) {
    for (int i = 0; i < 50; ++i) {
      const std::int64_t wait = restart_delay(n, random).count();
      EXPECT_GE(wait, middle * 8 / 10) << n;
      EXPECT_LE(wait, middle * 12 / 10) << n;
    }
  }
}

}  // namespace
}  // namespace trayline::agent
