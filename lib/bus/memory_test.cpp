// The bus in memory: deliveries, answers, outages.
#include "lib/bus/memory.hpp"

#include <gtest/gtest.h>

namespace trayline::bus {
namespace {

struct Recorder {
  std::vector<Message> messages;
  std::vector<std::string> answers;  // "ok" or the detail
  Bus::Handler handler() {
    return [this](Message m) { messages.push_back(std::move(m)); };
  }
  Bus::Published done() {
    return [this](Result<void> r) { answers.push_back(r ? "ok" : r.error().detail); };
  }
};

TEST(MemoryBroker, DeliversToWhoeverSubscribedWhenPumped) {
  MemoryBroker broker;
  const auto device = broker.client();
  const auto cloud = broker.client();
  Recorder up, down;
  ASSERT_TRUE(cloud->subscribe("+/up/#", up.handler()));
  ASSERT_TRUE(device->subscribe("IoT-a/down/#", down.handler()));
  device->publish({"IoT-a/up/camera/predictions", "{}"}, up.done());
  EXPECT_TRUE(up.messages.empty()) << "nothing moves before pump()";
  EXPECT_TRUE(up.answers.empty()) << "the answer never comes inside publish()";
  EXPECT_EQ(broker.pump(), 2U);
  EXPECT_EQ(up.messages, (std::vector<Message>{{"IoT-a/up/camera/predictions", "{}"}}));
  EXPECT_EQ(up.answers, std::vector<std::string>{"ok"});
  EXPECT_TRUE(down.messages.empty());
  EXPECT_EQ(broker.published().size(), 1U);
}

TEST(MemoryBroker, RefusesWhatIsNoTopicOrFilter) {
  MemoryBroker broker;
  const auto client = broker.client();
  Recorder record;
  EXPECT_EQ(client->subscribe("a#", record.handler()).error(),
            (Error{Code::invalid_argument, "no MQTT filter: a#"}));
  client->publish({"a/+", ""}, record.done());
  broker.pump();
  EXPECT_EQ(record.answers, std::vector<std::string>{"no MQTT topic: a/+"});
  EXPECT_TRUE(broker.published().empty());
}

TEST(MemoryBroker, LosesWhatIsOnItsWayWhenItGoesDown) {
  MemoryBroker broker;
  const auto client = broker.client();
  Recorder record;
  std::vector<bool> connections;
  client->on_connection([&](bool up) { connections.push_back(up); });
  ASSERT_TRUE(client->subscribe("a", record.handler()));
  client->publish({"a", "1"}, record.done());
  broker.pump(2);  // the first connection, and the publication; not its delivery
  EXPECT_EQ(record.answers, std::vector<std::string>{"ok"});
  client->publish({"a", "2"}, record.done());
  broker.set_up(false);
  EXPECT_FALSE(client->connected());
  client->publish({"a", "3"}, record.done());
  broker.pump();
  EXPECT_TRUE(record.messages.empty());
  EXPECT_EQ(record.answers,
            (std::vector<std::string>{"ok", "the broker went away", "the broker is away"}));
  broker.set_up(true);
  broker.set_up(true);
  client->publish({"a", "4"}, record.done());
  broker.pump();
  EXPECT_EQ(record.messages, (std::vector<Message>{{"a", "4"}})) << "subscriptions are kept";
  EXPECT_EQ(connections, (std::vector<bool>{true, false, true}));
}

TEST(MemoryBroker, SharesAFilterByTurns) {
  MemoryBroker broker;
  const auto one = broker.client();
  const auto two = broker.client();
  Recorder first, second;
  ASSERT_TRUE(one->subscribe("$share/g/a/#", first.handler()));
  ASSERT_TRUE(two->subscribe("$share/g/a/#", second.handler()));
  for (int i = 0; i < 10; ++i) one->publish({"a/b", std::to_string(i)}, first.done());
  broker.pump();
  EXPECT_EQ(first.messages.size(), 5U);
  EXPECT_EQ(second.messages.size(), 5U);
}

TEST(MemoryBroker, CallsNobodyWhoIsGone) {
  MemoryBroker broker;
  auto gone = broker.client();
  const auto stays = broker.client();
  Recorder record;
  ASSERT_TRUE(gone->subscribe("a", record.handler()));
  stays->publish({"a", ""}, [](Result<void>) {});
  broker.pump(1);
  gone->publish({"b", ""}, record.done());
  gone.reset();
  broker.pump();
  EXPECT_TRUE(record.messages.empty());
  EXPECT_TRUE(record.answers.empty());
}

TEST(MemoryBroker, RefusesPublicationsBeyondItsLimitAndStopsAnEndlessExchange) {
  MemoryBroker broker;
  const auto client = broker.client();
  Recorder record;
  for (int i = 0; i < 4097; ++i) client->publish({"a", ""}, record.done());
  broker.pump();
  EXPECT_EQ(std::count(record.answers.begin(), record.answers.end(), "ok"), 4096);
  EXPECT_EQ(record.answers.size(), 4097U);
  ASSERT_TRUE(client->subscribe("echo", [&](Message m) { client->publish(m, [](auto) {}); }));
  client->publish({"echo", ""}, [](auto) {});
  EXPECT_EQ(broker.pump(100), 100U);
}

}  // namespace
}  // namespace trayline::bus
