// The SDK against a hub played by the test on the other end of a socketpair.
#include "edge/sdk/edge.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "edge/sdk/connection.hpp"
#include "edge/sdk/topic.hpp"
#include "lib/base/clock.hpp"

namespace trayline::edge {
namespace {

// The test's end: lines out, lines in with a deadline.
class Hub {
 public:
  Hub() {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    lines_ = std::make_unique<Connection>(ends[0], ends[0]);
    function = std::make_unique<Function>(ends[1], ::dup(ends[1]));
  }
  void say(const std::string& text) { lines_->write(parse_json(text).value()); }
  std::string hear() {
    for (int i = 0; i < 500; ++i) {
      if (std::optional<Json> line = lines_->take()) return line->dump();
      lines_->read();
      if (lines_->closed()) return "closed";
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return "nothing within 5 s";
  }
  void leave() { lines_.reset(); }
  std::unique_ptr<Function> function;

 private:
  std::unique_ptr<Connection> lines_;
};

TEST(Sdk, TakesItsConfigurationFromTheWelcome) {
  Hub hub;
  hub.say(R"({"verb":"welcome","core":"c1","env":"local","config":{"port":7},)"
          R"("handover":"/h","work":"/w"})");
  ASSERT_TRUE(hub.function->ready());
  EXPECT_EQ(hub.function->core(), "c1");
  EXPECT_EQ(hub.function->env(), "local");
  EXPECT_EQ(hub.function->config_text(), R"({"port":7})");
  EXPECT_EQ(hub.function->handover(), "/h");
  EXPECT_EQ(hub.function->work(), "/w");
}

TEST(Sdk, SaysThatThereIsNoHub) {
  Hub hub;
  hub.leave();
  EXPECT_EQ(hub.function->ready().error().code, Code::unavailable);
}

TEST(Sdk, PublishReturnsAfterTheAnswerAndKeepsMessagesThatCameMeanwhile) {
  Hub hub;
  std::string seen;
  hub.function->on("other/x", [&](const Message& m) { seen = m.body.dump(); });
  EXPECT_EQ(hub.hear(), R"({"verb":"sub","id":1,"topic":"other/x"})");
  std::thread answers([&] {
    EXPECT_EQ(hub.hear(), R"({"verb":"pub","id":2,"topic":"t","to":"cloud",)"
                          R"("class":"critical","key":"k","body":[1]})");
    hub.say(R"({"verb":"msg","msg":9,"topic":"other/x","body":{"a":1}})");
    hub.say(R"({"verb":"ok","id":2,"seq":41})");
  });
  const Result<std::int64_t> sent = hub.function->publish(
      "t", parse_json("[1]").value(), {.to = To::cloud, .cls = Class::critical, .key = "k"});
  answers.join();
  ASSERT_TRUE(sent) << sent.error().detail;
  EXPECT_EQ(*sent, 41);
  EXPECT_EQ(seen, "") << "the message was handled inside publish()";
  EXPECT_TRUE(hub.function->step(Millis(0)));
  EXPECT_EQ(seen, R"({"a":1})");
  EXPECT_EQ(hub.hear(), R"({"verb":"ack","msg":9,"dropped":false})");
}

TEST(Sdk, TellsRefusalsApart) {
  const std::vector<std::pair<std::string, Code>> table = {{"full", Code::exhausted},
                                                           {"denied", Code::permission_denied},
                                                           {"conflict", Code::conflict},
                                                           {"bad_topic", Code::invalid_argument}};
  for (const auto& [code, expected] : table) {
    Hub hub;
    hub.say(R"({"verb":"err","id":1,"code":")" + code + R"(","why":"w"})");
    EXPECT_EQ(hub.function->publish("t", Json(1)).error().code, expected) << code;
  }
}

TEST(Sdk, AHubThatLeavesBeforeTheAnswerLeavesTheOutcomeUnknown) {
  Hub hub;
  hub.leave();
  EXPECT_EQ(hub.function->publish("t", Json(1)).error().code, Code::unknown_outcome);
  EXPECT_EQ(hub.function->run(), 1);
}

TEST(Sdk, HandlersMayAskForARepeatOrDropTheMessage) {
  Hub hub;
  hub.function->on("a", [](const Message&) { return Retry{Millis(250)}; });
  hub.function->on("b", [](const Message&) { return Drop{}; });
  hub.hear(), hub.hear();
  hub.say(R"({"verb":"msg","msg":1,"topic":"a","body":1})");
  hub.say(R"({"verb":"msg","msg":2,"topic":"b","body":1})");
  hub.function->step(Millis(1000));
  EXPECT_EQ(hub.hear(), R"({"verb":"nack","msg":1,"retry_ms":250})");
  EXPECT_EQ(hub.hear(), R"({"verb":"ack","msg":2,"dropped":true})");
}

TEST(Sdk, RunsTimersAndEndsWhenTheHubSaysStop) {
  Hub hub;
  int ticks = 0;
  bool ended = false;
  hub.function->every(Millis(5), [&] {
    if (++ticks == 3) hub.say(R"({"verb":"stop","deadline_ms":100})");
  });
  hub.function->on_stop([&] { ended = true; });
  EXPECT_EQ(hub.function->run(), 0);
  EXPECT_GE(ticks, 3);
  EXPECT_TRUE(ended);
}

TEST(Sdk, WatchesADescriptor) {
  Hub hub;
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  int calls = 0;
  hub.function->watch(ends[0], [&] {
    ++calls;
    hub.function->unwatch(ends[0]);
  });
  ASSERT_EQ(::write(ends[1], "x", 1), 1);
  hub.function->step(Millis(1000));
  hub.function->step(Millis(0));
  EXPECT_EQ(calls, 1);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(Topics, FiltersFitAsInMqtt) {
  struct Row {
    const char* filter;
    const char* topic;
    bool expected;
  };
  for (const Row& row : std::initializer_list<Row>{{"a/b", "a/b", true},
                                                   {"a/b", "a/c", false},
                                                   {"a/+", "a/b", true},
                                                   {"a/+", "a/b/c", false},
                                                   {"a/#", "a/b/c", true},
                                                   {"a/#", "a", true},
                                                   {"a/+/c", "a/b/c", true},
                                                   {"a", "a/b", false},
                                                   {"a/b", "a", false},
                                                   {"#", "x/y", true}}) {
    EXPECT_EQ(fits(row.filter, row.topic), row.expected) << row.filter << " on " << row.topic;
  }
}

}  // namespace
}  // namespace trayline::edge
