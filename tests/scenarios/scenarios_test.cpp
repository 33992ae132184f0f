// The stories in memory, and what a batch of predictions costs.
#include <gtest/gtest.h>

#include "lib/base/encoding.hpp"
#include "lib/postgres/test_store.hpp"
#include "lib/wire/catalogue.hpp"
#include "sim/story/story.hpp"
#include "tests/scenarios/store_in_memory.hpp"

namespace trayline::scenarios {
namespace {

using store::Engine;

// What PostgreSQL needs to be here for; the reason else.
std::string missing(Engine engine) {
  if (engine == Engine::sqlite) return {};
  const auto server = postgres::test_server();
  const bool absent = !server && server.error().code == Code::not_found;
  return absent ? server.error().detail : std::string();
}

std::string name_of(const testing::TestParamInfo<Engine>& tested) {
  return postgres::engine_name(tested.param);
}

struct Cloud {
  std::string name;
  Engine engine;
  int hosts;
};
const Cloud kClouds[] = {{"Sqlite", Engine::sqlite, 1},
                         {"Postgres", Engine::postgres, 1},
                         {"PostgresOfThreeHosts", Engine::postgres, 3}};

class Stories : public testing::TestWithParam<std::tuple<Cloud, story::Story>> {
 protected:
  void SetUp() override {
    if (const auto why = missing(std::get<0>(GetParam()).engine); !why.empty()) GTEST_SKIP() << why;
  }
};

TEST_P(Stories, PlayUnderSimulatedTime) {
  const Cloud& cloud = std::get<0>(GetParam());
  StoreInMemory world{1, cloud.engine, cloud.hosts};
  const Result<void> played = story::play(std::get<1>(GetParam()), world);
  EXPECT_TRUE(played) << played.error().detail;
}

INSTANTIATE_TEST_SUITE_P(
    All, Stories, testing::Combine(testing::ValuesIn(kClouds), testing::ValuesIn(story::all())),
    [](const auto& played) {
      return std::get<0>(played.param).name + "Story" + std::get<1>(played.param).name;
    });

struct Cost {
  std::uint64_t commits = 0;
  std::uint64_t statements = 0;
  bool operator==(const Cost&) const = default;
};

// From predictions in the queue to paid screens. Push results and `shown` come later and are not
// part of it: the queue holds nothing else while it is counted.
class Counting : public testing::TestWithParam<Engine> {
 protected:
  static constexpr int kMost = 64;
  void SetUp() override {
    if (const auto why = missing(GetParam()); !why.empty()) GTEST_SKIP() << why;
    made = std::make_unique<StoreInMemory>(2 * kMost, GetParam());
  }

  void place(int from, int count) {
    for (int i = from; i < from + count; ++i) {
      const std::string who = "user" + std::to_string(i);
      ASSERT_TRUE(made->join(who, "visa"));
      ASSERT_TRUE(made->order(who, {{Sku("tomato-soup"), 1}, {Sku("bread-roll"), 2}}));
    }
    made->run_now();
  }
  wire::Prediction prediction(int i) {
    wire::Prediction p;
    p.id = PredictionId(uuid7(made->clock.now(), made->random));
    p.core = CoreId("store-1");
    p.station = StationId("counter-" + std::to_string(i + 1));
    p.visit = VisitId(uuid7(made->clock.now(), made->random));
    p.codes = {*made->code_of("user" + std::to_string(i))};
    p.items = {{Sku("tomato-soup"), 1, 0.97, 3, std::nullopt, 0, {}},
               {Sku("bread-roll"), 2, 0.97, 3, std::nullopt, 0, {}}};
    p.verdict = wire::Verdict::confident;
    p.image = std::string(64, 'a');
    return p;
  }
  Cost pay(int from, int count) {
    made->settle();  // nothing is left that would ride with the next turn
    for (int i = from; i < from + count; ++i) {
      const wire::Prediction p = prediction(i);
      made->post(host::to<wire::orders::In>(wire::orders::kService,
                                            wire::orders::TraySeen{p, "hash-" + p.id.value}));
    }
    const std::size_t captured = made->provider.charges().size();
    const Cost before{made->db->commits(), made->db->statements()};
    EXPECT_TRUE(made->host().tick()) << "verified, and the captures asked for";
    EXPECT_EQ(made->provider.charges().size(), captured + static_cast<std::size_t>(count));
    EXPECT_TRUE(made->host().tick()) << "paid, and the screens told";
    const Cost cost{made->db->commits() - before.commits,
                    made->db->statements() - before.statements};
    for (int i = from; i < from + count; ++i) {
      EXPECT_EQ(*made->order_state("user" + std::to_string(i)), "paid");
    }
    made->run_now();
    return cost;
  }
  std::unique_ptr<StoreInMemory> made;
  std::size_t screens_paid() const {
    std::size_t paid = 0;
    for (const bus::Message& m : made->broker.published()) {
      paid +=
          m.topic.ends_with("/state") && m.payload.find("\"status\":\"paid\"") != std::string::npos;
    }
    return paid;
  }
};

INSTANTIATE_TEST_SUITE_P(On, Counting, testing::ValuesIn(postgres::kEngines), name_of);

TEST_P(Counting, OneAndSixtyFourPredictionsCostTwoCommitsAndTheSameStatements) {
  place(0, kMost + 1);
  const std::uint64_t rounds_before =
      made->metrics.counter("trayline_host_rounds_total", "Rounds of load-decide-save.").value();
  const Cost one = pay(0, 1);
  const Cost many = pay(1, kMost);
  EXPECT_EQ(one.commits, 2U) << "one before the charge and one after";
  EXPECT_EQ(many.commits, 2U);
  EXPECT_EQ(one.statements, many.statements);
  EXPECT_EQ(screens_paid(), static_cast<std::size_t>(kMost + 1));
  EXPECT_GT(
      made->metrics.counter("trayline_host_rounds_total", "Rounds of load-decide-save.").value(),
      rounds_before)
      << "the counts are metrics";
  RecordProperty("statements", static_cast<int>(one.statements));
}

// A capture and a cancellation of one order in one batch.
class Race : public testing::TestWithParam<std::tuple<Engine, bool>> {};

TEST_P(Race, OfCaptureAndCancelEndsRight) {
  const auto [engine, cancel_first] = GetParam();
  if (const auto why = missing(engine); !why.empty()) GTEST_SKIP() << why;
  StoreInMemory world{1, engine};
  ASSERT_TRUE(world.join("ann", "visa"));
  ASSERT_TRUE(world.order("ann", {{Sku("apple"), 1}}));
  world.run_now();
  wire::Prediction p;
  p.id = PredictionId(uuid7(world.clock.now(), world.random));
  p.core = CoreId("store-1");
  p.station = StationId("counter-1");
  p.visit = VisitId(uuid7(world.clock.now(), world.random));
  p.codes = {*world.code_of("ann")};
  p.items = {{Sku("apple"), 1, 0.97, 3, std::nullopt, 0, {}}};
  p.verdict = wire::Verdict::confident;
  const auto tray = [&] {
    world.post(
        host::to<wire::orders::In>(wire::orders::kService, wire::orders::TraySeen{p, "hash"}));
  };
  if (!cancel_first) tray();
  ASSERT_TRUE(world.cancel("ann"));
  if (cancel_first) tray();
  world.settle();
  EXPECT_EQ(*world.order_state("ann"), cancel_first ? "cancelled" : "paid");
  EXPECT_EQ(world.charges("ann")->times, cancel_first ? 0 : 1);
  const auto payment = world.db->reader();
  const store::Statement state{"test.payment", "SELECT state FROM payments_payments", {}};
  EXPECT_EQ((*payment)->run(state)->at(0).text("state"), cancel_first ? "voided" : "captured");
}

INSTANTIATE_TEST_SUITE_P(BothOrders, Race,
                         testing::Combine(testing::ValuesIn(postgres::kEngines), testing::Bool()));

class Store : public testing::TestWithParam<Engine> {
 protected:
  void SetUp() override {
    if (const auto why = missing(GetParam()); !why.empty()) GTEST_SKIP() << why;
  }
};

INSTANTIATE_TEST_SUITE_P(On, Store, testing::ValuesIn(postgres::kEngines), name_of);

TEST_P(Store, ARepeatedPredictionIsAnsweredAndChargedOnce) {
  StoreInMemory world{1, GetParam()};
  ASSERT_TRUE(world.join("ann", "visa"));
  ASSERT_TRUE(world.order("ann", {{Sku("apple"), 1}}));
  ASSERT_TRUE(world.put_tray({{Sku("apple"), 1}}, "ann"));
  for (int i = 0; i < 3; ++i) {
    world.edge->repeat_last();
    world.run_now();
  }
  EXPECT_EQ(world.edge->acks().size(), 4U) << "every repeat gets the stored answer";
  EXPECT_EQ(world.charges("ann")->times, 1);
}

TEST_P(Store, ALostAnswerOfTheProviderIsReadBackNotRepeated) {
  StoreInMemory world{1, GetParam()};
  ASSERT_TRUE(world.join("ann", "visa"));
  ASSERT_TRUE(world.order("ann", {{Sku("apple"), 1}}));
  world.run_now();
  world.provider.lose_captures(1);
  ASSERT_TRUE(world.put_tray({{Sku("apple"), 1}}, "ann"));
  EXPECT_EQ(*world.order_state("ann"), "capturing") << "unknown is not declined";
  EXPECT_TRUE(world.until([&] { return *world.order_state("ann") == "paid"; }));
  EXPECT_EQ(world.charges("ann")->times, 1);
}

TEST_P(Store, ADeclinedCardIsNeverCharged) {
  StoreInMemory world{1, GetParam()};
  ASSERT_TRUE(world.join("ann", "declined"));
  ASSERT_TRUE(world.order("ann", {{Sku("apple"), 1}}));
  EXPECT_TRUE(world.until([&] { return *world.order_state("ann") == "declined"; }));
  ASSERT_TRUE(world.put_tray({{Sku("apple"), 1}}, "ann"));
  world.settle();
  EXPECT_EQ(world.charges("ann")->times, 0);
  EXPECT_EQ(world.screen()->status, "see_phone");
}

TEST_P(Store, AnOrderThatIsNotPickedUpExpiresAndGivesTheHoldBack) {
  StoreInMemory world{1, GetParam()};
  ASSERT_TRUE(world.join("ann", "visa"));
  ASSERT_TRUE(world.order("ann", {{Sku("apple"), 1}}));
  world.run_now();
  world.clock.advance(world.settings->order_ttl);
  world.run_now();
  EXPECT_EQ(*world.order_state("ann"), "expired");
  world.settle();
  EXPECT_EQ(world.charges("ann")->times, 0);
}

TEST_P(Store, ACustomerHasSoManyOpenOrdersAndNoMore) {
  StoreInMemory world{1, GetParam()};
  world.settings->customer_open_max = 2;
  ASSERT_TRUE(world.join("ann", "visa"));
  // How many of these, which come within one batch, are taken.
  const auto order = [&](int wishes) {
    int taken = 0;
    for (int i = 0; i < wishes; ++i) {
      wire::catalogue::Quote quote;
      quote.order = OrderId(uuid7(world.clock.now(), world.random));
      quote.user = UserId("ann");
      std::array<std::uint8_t, 8> code{};
      world.random.fill(code);
      quote.code = to_hex(code);
      quote.site = SiteId("main");
      quote.lines = {{Sku("apple"), 1}};
      const auto answered = [&](const host::Answer& a) {
        taken += a.problem ? 0 : 1;
        if (!a.problem) return;
        EXPECT_EQ(a.problem->type, "too_many_open_orders") << a.problem->detail;
      };
      EXPECT_TRUE(world.host().ask(
          host::to<wire::catalogue::In>(wire::catalogue::kService, std::move(quote)), answered));
    }
    world.run_now();
    return taken;
  };
  EXPECT_EQ(order(1), 1);
  EXPECT_EQ(order(3), 1) << "those of the same batch count";
  EXPECT_EQ(order(1), 0);
  world.clock.advance(world.settings->order_ttl);
  world.run_now();
  EXPECT_EQ(order(3), 2) << "what has ended counts no more";
}

TEST_P(Store, ALapsedHoldIsMadeAnewAndCharged) {
  StoreInMemory world{1, GetParam()};
  ASSERT_TRUE(world.join("ann", "visa"));
  ASSERT_TRUE(world.order("ann", {{Sku("apple"), 1}}));
  world.run_now();
  world.provider.lapse_holds();
  ASSERT_TRUE(world.put_tray({{Sku("apple"), 1}}, "ann"));
  EXPECT_TRUE(world.until([&] { return *world.order_state("ann") == "paid"; }));
  EXPECT_EQ(world.charges("ann")->times, 1);
}

TEST_P(Store, RefusesBadPredictionsWithTheReasonAndLosesNothing) {
  StoreInMemory world{1, GetParam()};
  const auto client = world.broker.client();
  const std::string topic = "IoT-test-store-1/up/camera/predictions";
  const std::vector<std::string> bad = {"",
                                        "{",
                                        "[]",
                                        "\xff\xfe",
                                        std::string(1000, '['),
                                        R"({"id":"x"})",
                                        std::string(300'000, 'x')};
  for (const std::string& payload : bad) {
    client->publish({topic, payload}, [](Result<void>) {});
    world.run_now();
  }
  EXPECT_EQ(world.edge->acks().size(), bad.size());
  for (const wire::Ack& ack : world.edge->acks()) {
    EXPECT_EQ(ack.result, wire::AckResult::refused);
    EXPECT_FALSE(ack.reason.empty());
  }
  const store::Statement letters{"test.dead", "SELECT COUNT(*) AS n FROM host_dead_letters", {}};
  EXPECT_EQ((*world.db->reader())->run(letters)->at(0).integer("n"), std::ssize(bad));
}

TEST_P(Store, AMessageOfAnotherEnvironmentIsIgnored) {
  StoreInMemory world{1, GetParam()};
  const auto client = world.broker.client();
  client->publish({"IoT-prod-store-1/up/camera/predictions", "{"}, [](Result<void>) {});
  world.run_now();
  EXPECT_TRUE(world.edge->acks().empty());
  const store::Statement letters{"test.dead", "SELECT COUNT(*) AS n FROM host_dead_letters", {}};
  EXPECT_EQ((*world.db->reader())->run(letters)->at(0).integer("n"), 0);
}

}  // namespace
}  // namespace trayline::scenarios
