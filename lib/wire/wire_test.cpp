// Topics, bounds on predictions, messages as rows.
#include <gtest/gtest.h>

#include "lib/base/random.hpp"
#include "lib/wire/message.hpp"
#include "lib/wire/orders.hpp"
#include "lib/wire/prediction.hpp"
#include "lib/wire/topics.hpp"

namespace trayline::wire {
namespace {

TEST(Topics, AreBuiltAndReadBack) {
  const Resource resource{"local", CoreId("store-1")};
  EXPECT_EQ(resource_name(resource), "IoT-local-store-1");
  EXPECT_EQ(*parse_resource("IoT-local-store-1"), resource);
  const auto up = parse_up_topic(up_topic(resource, "camera", "predictions"));
  ASSERT_TRUE(up);
  EXPECT_EQ(up->resource, resource);
  EXPECT_EQ(up->function, "camera");
  EXPECT_EQ(up->topic, "predictions");
  EXPECT_EQ(down_topic(resource, "screen", "s1/state"), "IoT-local-store-1/down/screen/s1/state");
}

TEST(Topics, RefuseNamesThatAreNotOurs) {
  for (const std::string_view bad : {"", "IoT-", "IoT-local", "IoT-LOCAL-a", "IoT-local-A",
                                     "IoT-local-a_b", "iot-local-a", "IoT-local-a/up", "IoT--a"}) {
    EXPECT_FALSE(parse_resource(bad)) << bad;
  }
  for (const std::string_view bad : {"IoT-local-a/down/camera/x", "IoT-local-a/up/camera",
                                     "IoT-local-a/up//x", "IoT-local-a/up/camera/", "x/up/a/b"}) {
    EXPECT_FALSE(parse_up_topic(bad)) << bad;
  }
}

Prediction good() {
  SeededRandom random(1);
  Prediction p;
  p.id = PredictionId(uuid7(from_ms(1), random));
  p.core = CoreId("a");
  p.station = StationId("s");
  p.visit = VisitId(uuid7(from_ms(1), random));
  p.items = {{Sku("soup"), 1, 0.9, 2.0, std::nullopt, 0, {}}};
  p.verdict = Verdict::confident;
  return p;
}

TEST(Prediction, SaysWhatIsOutOfBounds) {
  EXPECT_EQ(problem_of(good()), "");
  const auto broken = [](auto change) {
    Prediction p = good();
    change(p);
    return problem_of(p);
  };
  EXPECT_NE(broken([](auto& p) { p.id.value = "x"; }), "");
  EXPECT_NE(broken([](auto& p) { p.core.value = "A/b"; }), "");
  EXPECT_NE(broken([](auto& p) { p.number = 0; }), "");
  EXPECT_NE(broken([](auto& p) { p.items[0].count = -1; }), "");
  EXPECT_NE(broken([](auto& p) { p.items[0].count = 1'000'000; }), "");
  EXPECT_NE(broken([](auto& p) { p.items[0].score = 1.5; }), "");
  EXPECT_NE(broken([](auto& p) { p.items[0].sku.value = "a b"; }), "");
  EXPECT_NE(broken([](auto& p) { p.items.resize(41, p.items[0]); }), "");
  EXPECT_NE(broken([](auto& p) { p.image = "abc"; }), "");
  EXPECT_NE(broken([](auto& p) { p.codes.resize(9); }), "");
}

TEST(Prediction, RoundTripsThroughItsJson) {
  const Prediction p = good();
  const auto back = from_json_text<Prediction>(to_json_text(p));
  ASSERT_TRUE(back) << back.error().detail;
  EXPECT_EQ(*back, p);
}

TEST(Message, BecomesARowAndComesBackAsTheSameAlternative) {
  const orders::In message = orders::Cancel{OrderId("o"), UserId("u"), "no hunger"};
  const auto back = variant_from_json<orders::In>(variant_to_json(message));
  ASSERT_TRUE(back) << back.error().detail;
  ASSERT_TRUE(std::holds_alternative<orders::Cancel>(*back));
  EXPECT_EQ(std::get<orders::Cancel>(*back).why, "no hunger");
  EXPECT_FALSE(variant_from_json<orders::In>(*parse_json(R"({"type":"nothing","body":{}})")));
}

}  // namespace
}  // namespace trayline::wire
