// What every payment provider behind the port must do, as tests. A bench is made per test:
//   struct Bench { Provider& provider(); NewIntent intent(); void run(); void cut(); Means means; }
// run() lets answers arrive; cut() loses the answer of the next call after its effect, false where
// nothing lies between caller and provider. Instantiate with INSTANTIATE_TYPED_TEST_SUITE_P.
#pragma once
#include <gtest/gtest.h>

#include <optional>

#include "cloud/payments/provider.hpp"

namespace trayline::payments {

template <class Bench>
class ProviderConformance : public testing::Test {
 protected:
  using Call = std::function<void(Provider::Seen)>;
  Result<Intent> ask(const Call& call) {
    std::optional<Result<Intent>> answer;
    call([&](Result<Intent> intent) { answer = std::move(intent); });
    bench.run();
    EXPECT_TRUE(answer.has_value()) << "every call is answered";
    return *answer;
  }
  Result<Intent> create(const NewIntent& wanted) {
    return ask([&](auto seen) { bench.provider().create(wanted, seen); });
  }
  Result<Intent> confirm(const std::string& id) {
    return ask([&](auto seen) { bench.provider().confirm(id, true, "k-confirm-" + id, seen); });
  }
  Result<Intent> capture(const std::string& id, std::int64_t minor, const std::string& key) {
    return ask([&](auto seen) { bench.provider().capture(id, minor, key + id, seen); });
  }
  Result<Intent> cancel(const std::string& id) {
    return ask(
        [&](auto seen) { bench.provider().cancel(id, "abandoned", "k-cancel-" + id, seen); });
  }
  Result<Intent> read(const std::string& id) {
    return ask([&](auto seen) { bench.provider().read(id, seen); });
  }
  std::string held() {
    const Result<Intent> made = create(bench.intent());
    EXPECT_TRUE(made) << made.error().detail;
    EXPECT_EQ(made->status, IntentStatus::requires_confirmation);
    const Result<Intent> now = confirm(made->id);
    EXPECT_TRUE(now) << now.error().detail;
    EXPECT_EQ(now->status, IntentStatus::requires_capture);
    EXPECT_EQ(now->capturable_minor, bench.intent().amount.minor);
    return made->id;
  }
  // Captured, and where a cashier has to say so, said.
  std::string taken(std::int64_t minor) {
    const std::string id = held();
    const Result<Intent> now = capture(id, minor, "k-capture-");
    EXPECT_TRUE(now) << now.error().detail;
    if (now->status == IntentStatus::processing) {
      EXPECT_TRUE(ask([&](auto seen) { bench.provider().settle(id, "k-settle-" + id, seen); }));
    }
    EXPECT_EQ(read(id)->status, IntentStatus::succeeded);
    EXPECT_EQ(read(id)->received_minor, minor);
    return id;
  }
  Result<RefundNow> refund(const std::string& id, const std::string& name, std::int64_t minor) {
    NewRefund wanted{bench.intent().order,  RefundId(name), id,
                     bench.intent().amount, "duplicate",    "k-refund-" + name};
    wanted.amount.minor = minor;
    std::optional<Result<RefundNow>> answer;
    bench.provider().refund(wanted, [&](auto now) { answer = std::move(now); });
    bench.run();
    return *answer;
  }

  Bench bench;
};

TYPED_TEST_SUITE_P(ProviderConformance);

TYPED_TEST_P(ProviderConformance, MakesOneIntentPerKey) {
  const Result<Intent> first = this->create(this->bench.intent());
  const Result<Intent> again = this->create(this->bench.intent());
  ASSERT_TRUE(first && again);
  EXPECT_EQ(first->id, again->id);
  EXPECT_GT(first->created_ms, 0);
  NewIntent other = this->bench.intent();
  other.key += "-2";
  EXPECT_NE(this->create(other)->id, first->id);
}

TYPED_TEST_P(ProviderConformance, RefusesAnAmountOfNothing) {
  NewIntent nothing = this->bench.intent();
  nothing.amount.minor = 0;
  const Result<Intent> made = this->create(nothing);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Code::invalid_argument);
}

TYPED_TEST_P(ProviderConformance, CapturesLessOnceAndNeverMoreThanTheHold) {
  const std::string id = this->held();
  const std::int64_t all = this->bench.intent().amount.minor;
  EXPECT_FALSE(this->capture(id, all + 1, "k-more-"));
  EXPECT_EQ(this->read(id)->status, IntentStatus::requires_capture) << "nothing was taken";
  const Result<Intent> once = this->capture(id, all - 100, "k-less-");
  ASSERT_TRUE(once) << once.error().detail;
  const Result<Intent> twice = this->capture(id, all - 100, "k-less-");
  ASSERT_TRUE(twice) << twice.error().detail;
  EXPECT_EQ(twice->status, once->status);
}

TYPED_TEST_P(ProviderConformance, TakesWhatWasAskedAndCancelsNothingAfterwards) {
  const std::string id = this->taken(this->bench.intent().amount.minor - 100);
  EXPECT_FALSE(this->cancel(id));
  EXPECT_EQ(this->read(id)->status, IntentStatus::succeeded);
}

TYPED_TEST_P(ProviderConformance, CancelsAHoldAndTakesNothingAfterwards) {
  const std::string id = this->held();
  EXPECT_EQ(this->cancel(id)->status, IntentStatus::canceled);
  EXPECT_EQ(this->cancel(id)->status, IntentStatus::canceled) << "the same again";
  EXPECT_FALSE(this->capture(id, 100, "k-late-"));
  EXPECT_EQ(this->read(id)->capturable_minor, 0);
}

TYPED_TEST_P(ProviderConformance, IncrementsOrRefusesAndLeavesTheHold) {
  const std::string id = this->held();
  const std::int64_t all = this->bench.intent().amount.minor;
  const Result<Intent> more = this->ask([&](auto seen) {
    this->bench.provider().increment(id, all + 300, "k-increment-" + id, seen);
  });
  EXPECT_EQ(this->read(id)->status, IntentStatus::requires_capture);
  EXPECT_EQ(this->read(id)->capturable_minor, more ? all + 300 : all);
  if (more) return;
  EXPECT_EQ(more.error().code, Code::invalid_argument) << more.error().detail;
}

TYPED_TEST_P(ProviderConformance, PaysBackOncePerKeyAndNeverMoreThanWasTaken) {
  const std::string id = this->taken(this->bench.intent().amount.minor);
  const std::int64_t all = this->bench.intent().amount.minor;
  const Result<RefundNow> first = this->refund(id, "r1", 400);
  ASSERT_TRUE(first) << first.error().detail;
  EXPECT_EQ(first->status, "succeeded");
  EXPECT_EQ(this->refund(id, "r1", 400)->id, first->id);
  EXPECT_FALSE(this->refund(id, "r2", all - 399));
  EXPECT_TRUE(this->refund(id, "r3", all - 400));
}

TYPED_TEST_P(ProviderConformance, TellsWhatBecameOfALostAnswer) {
  const std::string id = this->held();
  if (!this->bench.cut()) GTEST_SKIP() << "no answer can be lost here";
  const Result<Intent> lost = this->capture(id, 500, "k-lost-");
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, Code::unknown_outcome);
  EXPECT_EQ(this->read(id)->received_minor, 500);
  EXPECT_TRUE(this->capture(id, 500, "k-lost-")) << "the same key gives the stored answer";
}

TYPED_TEST_P(ProviderConformance, FindsAnIntentAndARefundByTheirOrder) {
  const std::string id = this->taken(500);
  const Result<Intent> found =
      this->ask([&](auto seen) { this->bench.provider().find(this->bench.intent(), seen); });
  ASSERT_TRUE(found) << found.error().detail;
  EXPECT_EQ(found->id, id);
  NewIntent other = this->bench.intent();
  other.order = OrderId("another");
  other.key = "another";
  const Result<Intent> none =
      this->ask([&](auto seen) { this->bench.provider().find(other, seen); });
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Code::not_found);
}

TYPED_TEST_P(ProviderConformance, KnowsNothingOfStrangers) {
  const Result<Intent> none = this->read("pi_stranger");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Code::not_found);
}

REGISTER_TYPED_TEST_SUITE_P(ProviderConformance, MakesOneIntentPerKey, RefusesAnAmountOfNothing,
                            CapturesLessOnceAndNeverMoreThanTheHold,
                            TakesWhatWasAskedAndCancelsNothingAfterwards,
                            CancelsAHoldAndTakesNothingAfterwards,
                            IncrementsOrRefusesAndLeavesTheHold,
                            PaysBackOncePerKeyAndNeverMoreThanWasTaken,
                            TellsWhatBecameOfALostAnswer, FindsAnIntentAndARefundByTheirOrder,
                            KnowsNothingOfStrangers);

}  // namespace trayline::payments
