// Faults and the random mode, as parsed and drawn; the journal's lines.
#include "sim/stripe/faults.hpp"

#include <gtest/gtest.h>

#include <map>

#include "sim/stripe/journal.hpp"

namespace trayline::stripe_sim {
namespace {

Json json(const char* text) { return parse_json(text).value_or(Json()); }

TEST(Faults, AreTakenInOrderByCallsThatFit) {
  Faults faults;
  ASSERT_TRUE(faults.add(*parse_fault(json(R"({"kind":"lose","path_suffix":"/capture","n":2})"))));
  ASSERT_TRUE(faults.add(*parse_fault(json(R"({"kind":"cut","method":"GET"})"))));
  EXPECT_FALSE(faults.take("POST", "/v1/refunds"));
  EXPECT_EQ(faults.take("GET", "/v1/x/capture")->kind, FaultKind::lose);
  EXPECT_EQ(faults.take("GET", "/v1/x")->kind, FaultKind::cut);
  EXPECT_FALSE(faults.take("GET", "/v1/x"));
  EXPECT_TRUE(faults.take("POST", "/v1/x/capture"));
  EXPECT_FALSE(faults.take("POST", "/v1/x/capture"));
}

TEST(Faults, SayWhatIsWrongWithThem) {
  const auto good =
      parse_fault(json(R"({"kind":"status","status":429,"code":"lock_timeout","retry_after_s":1,)"
                       R"("reason":"global-rate","should_retry":true})"));
  ASSERT_TRUE(good) << good.error().detail;
  EXPECT_EQ(good->retry_after_s, 1);
  EXPECT_TRUE(*good->should_retry);
  EXPECT_EQ(parse_fault(json(R"({"kind":"decline"})"))->code, "generic_decline");
  for (const char* bad :
       {"[]", R"({"kind":"x"})", R"({"n":0})", R"({"status":200})", R"({"colour":1})",
        R"({"should_retry":1})", R"({"method":"FOO"})", R"({"method":"get"})", R"({"method":1})",
        R"({"kind":"decline","code":"tired"})"}) {
    EXPECT_FALSE(parse_fault(json(bad))) << bad;
  }
}

TEST(Faults, ListTheMethodsThereAre) {
  for (const auto& refused : {parse_fault(json(R"({"method":"FOO"})")).error(),
                              parse_chaos(json(R"({"method":"FOO"})")).error()}) {
    EXPECT_NE(refused.detail.find("method: expected GET, POST or DELETE"), std::string::npos)
        << refused.detail;
  }
}

TEST(Chaos, DrawsTheSameForTheSameSeedAtAboutTheRatesAsked) {
  const auto settings = parse_chaos(
      json(R"({"seed":7,"rates":{"lose":0.02,"429":0.05,"latency":0.1},"method":"POST"})"));
  ASSERT_TRUE(settings) << settings.error().detail;
  Chaos one(*settings);
  Chaos two(*settings);
  std::map<std::pair<FaultKind, std::int64_t>, int> seen;
  for (int i = 0; i < 20'000; ++i) {
    const auto fault = one.draw("POST", "/v1/refunds");
    const auto same = two.draw("POST", "/v1/refunds");
    ASSERT_EQ(fault.has_value(), same.has_value());
    if (fault) ++seen[{fault->kind, fault->status}];
  }
  EXPECT_NEAR(seen[std::pair(FaultKind::lose, std::int64_t{500})], 400, 80);
  EXPECT_NEAR(seen[std::pair(FaultKind::status, std::int64_t{429})], 1000, 150);
  EXPECT_NEAR(seen[std::pair(FaultKind::latency, std::int64_t{500})], 2000, 200);
  EXPECT_FALSE(one.draw("GET", "/v1/refunds"));
}

TEST(Chaos, DoublesAndDelaysDeliveries) {
  Chaos chaos(
      *parse_chaos(json(R"({"rates":{"webhook_twice":1,"webhook_late":1.0},"late_ms":50})")));
  bool late = false;
  for (int i = 0; i < 100; ++i) {
    const auto copies = chaos.deliveries();
    ASSERT_EQ(copies.size(), 2u);
    for (const Millis delay : copies) {
      EXPECT_LE(delay, Millis(50));
      late = late || delay > Millis(0);
    }
  }
  EXPECT_TRUE(late);
  for (const char* bad : {"[]", R"({"rates":{"lose":1.5}})", R"({"rates":{"hold":0.1}})",
                          R"({"rates":{"lose":0.6,"cut":0.6}})", R"({"seed":"x"})", R"({"ms":-1})",
                          R"({"rates":{"lose":"x"}})", R"({"rates":[]})"}) {
    EXPECT_FALSE(parse_chaos(json(bad))) << bad;
  }
}

TEST(Journal, LinesAreReadAsTheyWereWritten) {
  const std::vector<Change> changes{{Table::saved, "k \"1\"\n", Json::object({{"status", 200}})},
                                    {Table::deliveries, "evt_1", Json(Json::Object{})}};
  const std::string line = encode_journal_line(changes);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  const auto read = decode_journal_line(line.substr(0, line.size() - 1));
  ASSERT_TRUE(read) << read.error().detail;
  ASSERT_EQ(read->size(), 2u);
  EXPECT_EQ((*read)[0].id, changes[0].id);
  EXPECT_EQ((*read)[0].value, changes[0].value);
  EXPECT_EQ((*read)[1].table, Table::deliveries);
  for (const char* bad : {"", "{}", "[1]", R"([{"table":"x","id":"1","value":{}}])",
                          R"([{"table":"saved","id":"1","value":1}])"}) {
    EXPECT_FALSE(decode_journal_line(bad)) << bad;
  }
}

}  // namespace
}  // namespace trayline::stripe_sim
