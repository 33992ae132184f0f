// When calls are let through.
#include "cloud/payments/stripe/breaker.hpp"

#include <gtest/gtest.h>

namespace trayline::stripe {
namespace {

TEST(Breaker, OpensAfterCallsInARowAndLetsOneProbeThrough) {
  Breaker breaker({.failures_max = 3, .open_for = Millis(100), .open_max = Millis(300)});
  EXPECT_FALSE(breaker.ended(false, Millis(0)));
  EXPECT_FALSE(breaker.ended(false, Millis(0)));
  EXPECT_FALSE(breaker.ended(true, Millis(0))) << "an answer forgives";
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(breaker.ended(false, Millis(0)));
  EXPECT_TRUE(breaker.ended(false, Millis(0))) << "the third in a row";
  EXPECT_FALSE(breaker.admit(Millis(99)));
  EXPECT_TRUE(breaker.admit(Millis(100)));
  EXPECT_FALSE(breaker.admit(Millis(100))) << "one probe at a time";
  EXPECT_FALSE(breaker.ended(false, Millis(110))) << "still open";
  EXPECT_FALSE(breaker.admit(Millis(309))) << "twice as long";
  EXPECT_TRUE(breaker.admit(Millis(310)));
  EXPECT_FALSE(breaker.ended(false, Millis(310)));
  EXPECT_FALSE(breaker.admit(Millis(609)));
  EXPECT_TRUE(breaker.admit(Millis(610))) << "never longer than the most";
  EXPECT_TRUE(breaker.ended(true, Millis(620))) << "closed";
  EXPECT_TRUE(breaker.admit(Millis(620)));
  EXPECT_TRUE(breaker.admit(Millis(620)));
}

}  // namespace
}  // namespace trayline::stripe
