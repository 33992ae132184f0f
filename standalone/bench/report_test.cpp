// What the generator says becomes measures; measures become rows.
#include "standalone/bench/report.hpp"

#include <gtest/gtest.h>

namespace trayline::bench {
namespace {

constexpr const char* kLine =
    R"({"mode":"flow","sent":100,"done":99,"per_s":812.5,"p50_ms":3.25,"p99_ms":9.5,)"
    R"("app_cpu_us":120.5,"app_rss_mb":40.0,"app_pss_mb":31.5,"pg_cpu_us":80,"pg_rss_mb":1,)"
    R"("pg_pss_mb":2,"loadgen_cpu_us":55.0,"charged_once":97,"charged_none":2,"charged_many":1,)"
    R"("charged_wrong_amount":0,"acked":99,"ack_p50_ms":1.5,"ack_p99_ms":2.5,"ok":false})";

Step step(double per_s, double app_us, double pg_us, double p50_ms) {
  Step out;
  out.measure.per_s = per_s;
  out.measure.p50_ms = p50_ms;
  out.measure.p99_ms = 3 * p50_ms;
  out.measure.cpu_us = {{"app", app_us}, {"pg", pg_us}};
  out.measure.pss_mb = {{"app", app_us / 4}};
  out.measure.sent = 100;
  out.measure.sound = true;
  return out;
}

std::string value_of(const std::vector<Row>& rows, const std::string& id) {
  for (const Row& row : rows) {
    if (row.id == id) return to_json(row, {}).dump();
  }
  return "no row " + id;
}

TEST(Report, ReadsWhatTheGeneratorSays) {
  const Result<Measure> m = read_measure(kLine);
  ASSERT_TRUE(m) << m.error().detail;
  EXPECT_EQ(m->per_s, 812.5);
  EXPECT_EQ(m->system_cpu_us(), 200.5) << "the generator's own CPU is not the system's";
  EXPECT_EQ(m->pss_mb.at("app"), 31.5);
  EXPECT_EQ(m->missing, 2) << "what was not charged counts, also where a state came";
  EXPECT_EQ(m->twice, 1);
  EXPECT_FALSE(m->sound);
  EXPECT_FALSE(read_measure("mqload: connect (refused)"));
}

TEST(Report, TheMiddleOneOfSeveralCounts) {
  EXPECT_EQ(median({}), 0);
  EXPECT_EQ(median({7}), 7);
  EXPECT_EQ(median({9, 1, 5}), 5);
}

TEST(Report, GoalsAreRatiosToWhoWasMeasuredBeside) {
  Steps steps;
  steps[{"postgres", 64}] = {step(900, 60, 140, 10)};
  steps[{"postgres", 256}] = {step(1000, 50, 110, 40), step(3000, 50, 110, 40),
                              step(500, 50, 110, 40)};
  steps[{"peer", 64}] = {step(300, 300, 100, 60)};
  steps[{"peer", 256}] = {step(250, 320, 130, 60)};
  steps[{"peer-2", 64}] = {step(500, 600, 130, 60)};
  const std::vector<Row> rows = goals(steps, "postgres");
  EXPECT_EQ(value_of(rows, "P1"),
            R"({"id":"P1","what":"postgres: CPU per order of the whole system, of the peer's",)"
            R"("value":0.5,"unit":"ratio","goal":"<= 0.5","release_goal":"<= 0.4","ok":true,)"
            R"("in_flight":64,"postgres":200,"peer":400})");
  EXPECT_EQ(value_of(rows, "P3"),
            R"({"id":"P3","what":"postgres: orders per second, of the peer's best setting",)"
            R"("value":2,"unit":"ratio","goal":">= 2.5","release_goal":">= 3","ok":false,)"
            R"("in_flight":256,"postgres":1000,"peer-2@64":500})");
  EXPECT_EQ(value_of(rows, "P4"), "no row P4") << "without the yardstick there is no ratio to it";
  EXPECT_NE(value_of(rows, "P7").find(R"("value":3,)"), std::string::npos);
}

TEST(Report, AGoalIsNotMetByRunsThatLostOrders) {
  Steps steps;
  steps[{"sqlite", 64}] = {step(900, 1, 1, 10)};
  steps[{"peer", 64}] = {step(300, 300, 100, 60)};
  steps[{"sqlite", 64}][0].measure.sound = false;
  EXPECT_NE(value_of(goals(steps, "sqlite"), "P1").find(R"("ok":false)"), std::string::npos);
}

TEST(Report, CountsOfTheTickAreGivenPerOrder) {
  Steps steps;
  steps[{"sqlite", 64}] = {step(900, 60, 140, 10)};
  steps[{"sqlite", 64}][0].counted = {4, 150, 5};
  const std::vector<Row> rows = figures(steps);
  EXPECT_NE(value_of(rows, "T1").find(R"("value":0.04,)"), std::string::npos);
  EXPECT_NE(value_of(rows, "T2").find(R"("value":1.5,)"), std::string::npos);
  EXPECT_NE(value_of(rows, "T3").find(R"("value":20,)"), std::string::npos);
}

}  // namespace
}  // namespace trayline::bench
