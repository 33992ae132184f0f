// The simulator itself: that a seed is a whole history, that seeds that once broke are clean,
// and that planted faults are found.
#include "standalone/simulate/simulate.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "cloud/monitors/sql.hpp"
#include "cloud/orders/sql.hpp"
#include "cloud/payments/sql.hpp"
#include "cloud/push/sql.hpp"
#include "lib/base/log.hpp"
#include "lib/host/sql.hpp"

namespace trayline::simulate {
namespace {

class Simulate : public testing::Test {
 protected:
  Simulate() { set_log_level(static_cast<Level>(4)); }
  Outcome run_seed(std::uint64_t seed, const Plants& plants = {}) {
    return run_world(seed, grounds, plants, nullptr);
  }
  Grounds grounds;
};

TEST_F(Simulate, TheSameSeedIsTheSameHistoryWhateverRanBefore) {
  const Outcome first = run_seed(11);
  run_seed(12);
  const Outcome again = run_seed(11);
  Grounds fresh;
  const Outcome elsewhere = run_world(11, fresh, {}, nullptr);
  EXPECT_EQ(first.hash, again.hash);
  EXPECT_EQ(first.hash, elsewhere.hash);
  EXPECT_NE(first.hash, run_seed(13).hash) << "two seeds tell the same story";
}

// Some wishes find nothing left, and some trays become orders without one.
TEST_F(Simulate, ASeedIsAboutTwentyOrdersAndADay) {
  std::size_t orders = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Outcome outcome = run_seed(seed);
    orders += outcome.orders;
    EXPECT_GE(outcome.elapsed, Millis(24 * 3600 * 1000));
  }
  EXPECT_GE(orders, 5 * 18U);
}

TEST_F(Simulate, HowManySeedsAreAtWorkAtOnceChangesNothing) {
  Options options;
  options.from = 100;
  options.seeds = 6;
  options.jobs = 1;
  const Report one = run(options);
  options.jobs = 3;
  const Report three = run(options);
  EXPECT_EQ(one.seeds, 6U);
  EXPECT_EQ(three.seeds, 6U);
  EXPECT_EQ(one.hash, three.hash);
  EXPECT_EQ(one.orders, three.orders);
  EXPECT_EQ(one.elapsed, three.elapsed);
}

TEST_F(Simulate, ACampaignThatStopsEndsAtTheSameSeedHoweverManyAreAtWork) {
  Options options;
  options.seeds = 20;
  options.plant = "visits are forgotten";
  options.stop_at_first = true;
  options.jobs = 1;
  const Report one = run(options);
  options.jobs = 3;
  const Report three = run(options);
  EXPECT_EQ(one.violations, 1U);
  EXPECT_EQ(three.violations, 1U);
  EXPECT_EQ(one.seeds, three.seeds);
  EXPECT_EQ(one.hash, three.hash);
}

// "<seed> <why>", one a line.
TEST_F(Simulate, SeedsThatOnceFoundSomethingStayClean) {
  std::ifstream file(TRAYLINE_SOURCE_DIR "/standalone/simulate/regressions.txt");
  ASSERT_TRUE(file.good());
  std::size_t seeds = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    std::istringstream words(line);
    std::uint64_t seed = 0;
    ASSERT_TRUE(words >> seed) << "no seed: " << line;
    const Outcome outcome = run_seed(seed);
    EXPECT_FALSE(outcome.violation) << line << "\n" << outcome.violation.value_or("");
    ++seeds;
  }
  EXPECT_GT(seeds, 0U);
}

TEST(Plants, ChangeStatementsThatThereAre) {
  std::vector<const store::Statement*> all;
  for (const auto* some :
       {&host::sql::statements, &orders::sql::statements, &payments::sql::statements,
        &monitors::sql::statements, &push::sql::statements}) {
    all.insert(all.end(), some->begin(), some->end());
  }
  EXPECT_EQ(stale_plants(all), std::vector<std::string>());
}

class Planted : public Simulate, public testing::WithParamInterface<Plant> {};

TEST_P(Planted, IsFoundAtItsSeedAndNotWithoutIt) {
  const Plant& plant = GetParam();
  EXPECT_TRUE(run_seed(plant.seed, Plants(plant.name)).violation)
      << "without " << plant.removes << " seed " << plant.seed << " looks clean";
  EXPECT_FALSE(run_seed(plant.seed).violation) << "seed " << plant.seed << " is broken anyway";
}

std::vector<Plant> exposed() {
  std::vector<Plant> all = all_plants();
  std::erase_if(all, [](const Plant& plant) { return plant.seed == 0; });
  return all;
}

INSTANTIATE_TEST_SUITE_P(Faults, Planted, testing::ValuesIn(exposed()), [](const auto& fault) {
  std::string name(fault.param.name);
  for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return name;
});

}  // namespace
}  // namespace trayline::simulate
