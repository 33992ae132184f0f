// Verification of trays against orders.
#include "lib/verify/verify.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "lib/base/random.hpp"

namespace trayline::verify {
namespace {

wire::SeenItem seen(const std::string& sku, double score, std::vector<wire::RunnerUp> others = {},
                    std::int64_t count = 1) {
  return {Sku(sku), count, score, 2.0, std::nullopt, 0, std::move(others)};
}

wire::Prediction tray(std::vector<wire::SeenItem> items,
                      wire::Verdict verdict = wire::Verdict::confident) {
  wire::Prediction p;
  p.items = std::move(items);
  p.verdict = verdict;
  return p;
}

using Order = std::vector<wire::SkuCount>;
const Order kOrder{{Sku("soup"), 1}, {Sku("roll"), 2}};

TEST(Verify, MatchesASureTray) {
  EXPECT_EQ(verify(tray({seen("soup", 0.95), seen("roll", 0.9, {}, 2)}), kOrder).kind, Kind::match);
}

TEST(Verify, NamesAMissingItem) {
  const auto v = verify(tray({seen("soup", 0.95), seen("roll", 0.9)}), kOrder);
  EXPECT_EQ(v.kind, Kind::mismatch);
  EXPECT_EQ(v.missing, (Order{{Sku("roll"), 1}}));
  EXPECT_TRUE(v.extra.empty());
}

TEST(Verify, NamesASwappedItem) {
  const auto v = verify(tray({seen("salad", 0.95), seen("roll", 0.9, {}, 2)}), kOrder);
  EXPECT_EQ(v.kind, Kind::mismatch);
  EXPECT_EQ(v.missing, (Order{{Sku("soup"), 1}}));
  EXPECT_EQ(v.extra, (Order{{Sku("salad"), 1}}));
}

TEST(Verify, NeverMatchesAWrongCount) {
  for (const std::int64_t rolls : {0, 1, 3, 4}) {
    std::vector<wire::SeenItem> items{seen("soup", 1)};
    if (rolls > 0) items.push_back(seen("roll", 1, {}, rolls));
    EXPECT_NE(verify(tray(items), kOrder).kind, Kind::match) << rolls;
  }
}

TEST(Verify, AsksAPersonWhenTheTrayIsNotSure) {
  const std::vector<std::vector<wire::SeenItem>> doubtful{
      {seen("soup", 0.5, {{Sku("stew"), 0.45}}), seen("roll", 0.9, {}, 2)},
      {seen("soup", 0.95), seen("roll", 0.4, {}, 2)},
      {seen("unknown", 0.9), seen("roll", 0.9, {}, 2)},
      {seen("soup", 0), seen("roll", 0, {}, 2)},
  };
  for (const auto& items : doubtful) {
    EXPECT_EQ(verify(tray(items), kOrder).kind, Kind::unsure) << items[0].sku.value;
  }
  const auto review = tray({seen("soup", 0.95), seen("roll", 0.9)}, wire::Verdict::review);
  EXPECT_EQ(verify(review, kOrder).kind, Kind::unsure) << "an unsure tray asserts no difference";
}

TEST(Verify, AcceptsAWeakItemThatNothingElseExplainsBetter) {
  const auto v = verify(tray({seen("soup", 0.55, {{Sku("stew"), 0.1}}), seen("roll", 0.9, {}, 2)},
                             wire::Verdict::review),
                        kOrder, {.match_at_least = 0.98});
  EXPECT_EQ(v.kind, Kind::match);
}

TEST(Verify, AnotherCountThatIsAboutAsLikelyGoesToAPerson) {
  auto seen_tray = tray({seen("soup", 0.95), seen("roll", 0.9, {}, 2)});
  seen_tray.cost = 1.0;
  seen_tray.alternatives = {{{{Sku("soup"), 1}, {Sku("roll"), 3}}, 1.01}};
  EXPECT_EQ(verify(seen_tray, kOrder).kind, Kind::unsure);
  seen_tray.alternatives[0].cost = 1.5;
  EXPECT_EQ(verify(seen_tray, kOrder).kind, Kind::match) << "a far reading is no doubt";
}

TEST(Verify, AHundredThousandItemsAreUnsureNotSlow) {
  const auto v = verify(tray({seen("roll", 1, {}, 100'000)}), kOrder);
  EXPECT_EQ(v.kind, Kind::unsure);
}

TEST(Assign, FindsTheLeastCostOfEveryPermutation) {
  SeededRandom random(3);
  for (int round = 0; round < 50; ++round) {
    constexpr std::size_t n = 5;
    std::vector<double> costs(n * n);
    for (double& c : costs) c = static_cast<double>(random.below(1000)) / 100;
    const auto cost_of = [&](const std::vector<std::size_t>& columns) {
      double sum = 0;
      for (std::size_t i = 0; i < n; ++i) sum += costs[i * n + columns[i]];
      return sum;
    };
    std::vector<std::size_t> permutation(n);
    std::iota(permutation.begin(), permutation.end(), 0);
    double best = 1e9;
    do best = std::min(best, cost_of(permutation));
    while (std::next_permutation(permutation.begin(), permutation.end()));
    EXPECT_NEAR(cost_of(assign(costs, n, n)), best, 1e-9);
  }
}

}  // namespace
}  // namespace trayline::verify
