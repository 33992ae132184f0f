// The cases of provider_conformance.hpp.
#pragma once
#include "cloud/payments/provider_conformance.hpp"

namespace trayline::payments {

TEST_P(ProviderConformance, MakesOneIntentPerKey) {
  const Result<Intent> first = create(bench->intent());
  const Result<Intent> again = create(bench->intent());
  ASSERT_TRUE(first && again);
  EXPECT_EQ(first->id, again->id);
  EXPECT_GT(first->created_ms, 0);
  NewIntent other = bench->intent();
  other.key += "-2";
  EXPECT_NE(create(other)->id, first->id);
}

TEST_P(ProviderConformance, RefusesAnAmountOfNothing) {
  NewIntent nothing = bench->intent();
  nothing.amount.minor = 0;
  const Result<Intent> made = create(nothing);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Code::invalid_argument);
}

TEST_P(ProviderConformance, CapturesLessOnceAndNeverMoreThanTheHold) {
  const std::string id = held();
  const std::int64_t all = bench->intent().amount.minor;
  EXPECT_TRUE(refused(capture(id, all + 1, "k-more-")));
  EXPECT_EQ(read(id)->status, IntentStatus::requires_capture) << "nothing was taken";
  const Result<Intent> once = capture(id, all - 100, "k-less-");
  ASSERT_TRUE(once) << once.error().detail;
  const Result<Intent> twice = capture(id, all - 100, "k-less-");
  ASSERT_TRUE(twice) << twice.error().detail;
  EXPECT_EQ(twice->status, once->status);
}

TEST_P(ProviderConformance, TakesWhatWasAskedAndCancelsNothingAfterwards) {
  const std::string id = taken(bench->intent().amount.minor - 100);
  EXPECT_TRUE(refused(cancel(id)));
  EXPECT_EQ(read(id)->status, IntentStatus::succeeded);
}

TEST_P(ProviderConformance, CancelsAHoldAndTakesNothingAfterwards) {
  const std::string id = held();
  EXPECT_EQ(cancel(id)->status, IntentStatus::canceled);
  EXPECT_EQ(cancel(id)->status, IntentStatus::canceled) << "the same again";
  EXPECT_TRUE(refused(capture(id, 100, "k-late-")));
  EXPECT_EQ(read(id)->capturable_minor, 0);
}

TEST_P(ProviderConformance, IncrementsOrRefusesAndLeavesTheHold) {
  const std::string id = held();
  const std::int64_t all = bench->intent().amount.minor;
  const Result<Intent> more = ask(
      [&](auto seen) { bench->provider().increment(id, all + 300, "k-increment-" + id, seen); });
  EXPECT_EQ(read(id)->status, IntentStatus::requires_capture);
  EXPECT_EQ(read(id)->capturable_minor, refused(more) ? all : all + 300);
}

TEST_P(ProviderConformance, PaysBackOncePerKeyAndNeverMoreThanWasTaken) {
  const std::string id = taken(bench->intent().amount.minor);
  const std::int64_t all = bench->intent().amount.minor;
  const Result<RefundNow> first = refund(id, "r1", 400);
  ASSERT_TRUE(first) << first.error().detail;
  EXPECT_EQ(first->status, "succeeded");
  EXPECT_EQ(refund(id, "r1", 400)->id, first->id);
  EXPECT_FALSE(refund(id, "r2", all - 399));
  EXPECT_TRUE(refund(id, "r3", all - 400));
}

TEST_P(ProviderConformance, TellsWhatBecameOfALostAnswer) {
  const std::string id = held();
  if (!bench->cut()) GTEST_SKIP() << "no answer can be lost here";
  const Result<Intent> lost = capture(id, 500, "k-lost-");
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, Code::unknown_outcome);
  EXPECT_EQ(read(id)->received_minor, 500);
  EXPECT_TRUE(capture(id, 500, "k-lost-")) << "the same key gives the stored answer";
}

TEST_P(ProviderConformance, FindsAnIntentAndARefundByTheirOrder) {
  const std::string id = taken(500);
  const Result<Intent> found =
      ask([&](auto seen) { bench->provider().find(bench->intent(), seen); });
  ASSERT_TRUE(found) << found.error().detail;
  EXPECT_EQ(found->id, id);
  NewIntent other = bench->intent();
  other.order = OrderId("another");
  other.key = "another";
  const Result<Intent> none = ask([&](auto seen) { bench->provider().find(other, seen); });
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Code::not_found);
}

TEST_P(ProviderConformance, KnowsNothingOfStrangers) {
  const Result<Intent> none = read("pi_stranger");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Code::not_found);
}

}  // namespace trayline::payments
