// Waits between attempts, over many outages.
#include "lib/bus/backoff.hpp"

#include <gtest/gtest.h>

namespace trayline::bus {
namespace {

using std::chrono::milliseconds;

TEST(Backoff, WaitsAtMostHalfOfTheOutage) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SeededRandom random(seed);
    Backoff backoff;
    milliseconds outage{0};
    for (int i = 0; i < 200; ++i) {
      const milliseconds wait = backoff.next(random);
      ASSERT_LE(wait, std::max(kBackoffFirst, outage / 2)) << "seed " << seed << ", wait " << i;
      ASSERT_LE(wait, kBackoffMax);
      outage += wait;
    }
  }
}

TEST(Backoff, AnHourCostsFewAttempts) {
  SeededRandom random(1);
  Backoff backoff;
  int attempts = 0;
  for (milliseconds outage{0}; outage < std::chrono::hours(1); ++attempts) {
    outage += backoff.next(random);
  }
  EXPECT_LT(attempts, 200);
}

TEST(Backoff, BeginsAgainAfterAConnection) {
  SeededRandom random(1);
  Backoff backoff;
  for (int i = 0; i < 200; ++i) backoff.next(random);
  backoff.reset();
  EXPECT_LE(backoff.next(random), kBackoffFirst);
}

}  // namespace
}  // namespace trayline::bus
