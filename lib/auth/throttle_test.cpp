// Buckets under a clock that only the test moves.
#include "lib/auth/throttle.hpp"

#include <gtest/gtest.h>

namespace trayline::auth {
namespace {

TEST(Throttle, AllowsABurstAndThenOneAtATime) {
  Throttle throttle({.name = "t", .burst = 3, .every = Millis(100)});
  EXPECT_EQ(throttle.take("a", Millis(1000)).remaining, 2);
  EXPECT_EQ(throttle.take("a", Millis(1000)).remaining, 1);
  EXPECT_EQ(throttle.take("a", Millis(1000)).remaining, 0);
  const Allowance refused = throttle.take("a", Millis(1040));
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.retry_after, Millis(60));
  EXPECT_TRUE(throttle.take("b", Millis(1040)).allowed) << "another key has its own bucket";
  EXPECT_TRUE(throttle.take("a", Millis(1100)).allowed);
  EXPECT_FALSE(throttle.take("a", Millis(1100)).allowed);
}

TEST(Throttle, ForgetsFullBucketsAndKeepsWithinItsBound) {
  Throttle throttle({.name = "t", .burst = 2, .every = Millis(100), .keys_max = 2});
  throttle.take("a", Millis(0));
  throttle.take("b", Millis(10));
  throttle.take("b", Millis(10));
  throttle.take("c", Millis(20));
  EXPECT_EQ(throttle.size(), 2u) << "a owed least and was forgotten";
  EXPECT_FALSE(throttle.take("b", Millis(30)).allowed);
  throttle.take("d", Millis(1000));
  EXPECT_EQ(throttle.size(), 1u);
}

}  // namespace
}  // namespace trayline::auth
