// Edits, settlements, raises, other cards, holds that end.
#include <gtest/gtest.h>

#include "cloud/orders/change.hpp"
#include "cloud/orders/test_orders.hpp"

namespace trayline::orders {
namespace {

using wire::orders::HoldOutcome;
using wire::orders::Purpose;
using wire::orders::Revise;
using wire::orders::Role;

const Who kAnn{Role::customer, "ann"};
const Who kChef{Role::staff, "chef"};

class ReviseTest : public testing::Test, protected OneOrder {
 protected:
  // What the catalogue sends: these lines instead of what the order has.
  Revise revise(Purpose purpose, const Who& who, std::vector<Line> lines) {
    Revise r{order().id, purpose, who, order().version};
    r.menu_version = "m2";
    r.total = {0, order().total.currency};
    for (const Line& line : lines) r.total.minor += line.quantity * line.price_minor;
    r.lines = std::move(lines);
    for (const Line& line : order().lines) r.had.push_back({line.sku, line.quantity});
    return r;
  }
  Decision decide(const Revise& r) {
    Decision d = decide_revise(snapshot, settings, r, 7, now);
    if (d.changed) put(*d.changed);
    return d;
  }
  // The order stands before a tray that lacks a roll.
  void see_mismatch() {
    see(tray({{"soup", 1}, {"roll", 1}}));
    ASSERT_EQ(order().state, State::mismatch);
  }
  void see_unsure() {
    auto seen = right_tray();
    seen.prediction.items[0].score = 0.4;
    see(seen);
    ASSERT_EQ(order().state, State::review);
  }
  const std::vector<Line> less{{Sku("soup"), "Soup", 1, 500}, {Sku("roll"), "Roll", 1, 350}};
  const std::vector<Line> more{{Sku("soup"), "Soup", 1, 500}, {Sku("roll"), "Roll", 3, 350}};
};

TEST_F(ReviseTest, ASettlementForLessCapturesLess) {
  see_mismatch();
  const Decision d = decide(revise(Purpose::settle, kAnn, less));
  ASSERT_EQ(captures(d).size(), 1U);
  EXPECT_EQ(captures(d)[0].amount.minor, 850);
  EXPECT_EQ(order().state, State::capturing);
  EXPECT_EQ(order().total.minor, 850);
  EXPECT_TRUE(d.relined);
  EXPECT_EQ(d.history.at(0).who, "customer:ann");
  const Decision paid = decide_capture(
      snapshot, settings, {order().id, wire::orders::CaptureOutcome::captured, 850, ""}, now);
  EXPECT_EQ(paid.changed->state, State::paid);
  EXPECT_EQ(paid.changed->captured_minor, 850);
}

TEST_F(ReviseTest, AReviewIsSettledByStaffAlone) {
  see_unsure();
  EXPECT_EQ(refused(decide(revise(Purpose::settle, kAnn, less))), "staff_decides");
  EXPECT_EQ(order().state, State::review);
  Revise as_is{order().id, Purpose::settle, kChef, order().version, "looked", true};
  const Decision d = decide(as_is);
  ASSERT_EQ(captures(d).size(), 1U);
  EXPECT_EQ(captures(d)[0].amount.minor, 1200) << "the order as it is";
  EXPECT_EQ(d.history.at(0).who, "staff:chef");
  EXPECT_EQ(d.history.at(0).why, "looked");
}

TEST_F(ReviseTest, ATrayThatIsAnotherOrdersByNowIsNotAccepted) {
  see_mismatch();
  snapshot.visits.begin()->second.order = OrderId("o2");  // its code was shown on the same visit
  for (const Who& who : {kAnn, kChef}) {
    const Decision d = decide(revise(Purpose::settle, who, more));
    EXPECT_EQ(refused(d), "tray_unclear") << text_of(who);
    EXPECT_FALSE(d.changed);
    EXPECT_EQ(back(d), (std::map<std::string, std::int64_t>{{"roll", 1}}));
  }
  const Revise as_is{order().id, Purpose::settle, kChef, order().version, "looked", true};
  EXPECT_EQ(captures(decide(as_is)).size(), 1U) << "the order as it is, as a person says";
}

TEST_F(ReviseTest, NobodySettlesWhatWaitsForNobody) {
  EXPECT_EQ(refused(decide(revise(Purpose::settle, kChef, less))), "nothing_to_settle");
  see(right_tray());
  const Decision d = decide(revise(Purpose::settle, kChef, less));
  EXPECT_EQ(refused(d), "nothing_to_settle") << "one capture was asked for";
  EXPECT_TRUE(captures(d).empty());
  Revise foreign = revise(Purpose::settle, {Role::customer, "bob"}, less);
  EXPECT_EQ(refused(decide(foreign)), "order_not_found");
}

TEST_F(ReviseTest, AStaleVersionChangesNothing) {
  see_mismatch();
  Revise old = revise(Purpose::settle, kAnn, more);
  --old.version;
  const Decision d = decide(old);
  EXPECT_EQ(refused(d), "precondition_failed");
  EXPECT_EQ(d.out.replies.at(0).answer.etag, std::to_string(order().version));
  EXPECT_FALSE(d.changed);
  EXPECT_EQ(back(d), (std::map<std::string, std::int64_t>{{"roll", 1}}))
      << "the roll that the catalogue took goes back";
}

TEST_F(ReviseTest, ASettlementAboveTheHoldRaisesAndThenCaptures) {
  see_mismatch();
  const Decision asked = decide(revise(Purpose::settle, kAnn, more));
  EXPECT_TRUE(captures(asked).empty());
  ASSERT_EQ(raises(asked).size(), 1U);
  EXPECT_EQ(raises(asked)[0].amount.minor, 1550);
  EXPECT_FALSE(raises(asked)[0].off_session) << "the customer is there";
  EXPECT_EQ(order().state, State::placed);
  EXPECT_EQ(order().total.minor, 1200) << "until the hold stands";
  const Decision d = hear({order().id, HoldOutcome::authorised, 1550, ""});
  ASSERT_EQ(captures(d).size(), 1U);
  EXPECT_EQ(captures(d)[0].amount.minor, 1550);
  EXPECT_EQ(order().lines, more);
  EXPECT_FALSE(order().pending);
  EXPECT_TRUE(captures(hear({order().id, HoldOutcome::authorised, 1550, ""})).empty())
      << "told twice, captured once";
}

TEST_F(ReviseTest, ADeclinedRaiseLeavesTheOldHoldAndTheDecision) {
  see_mismatch();
  decide(revise(Purpose::settle, kAnn, more));
  const Decision d = hear({order().id, HoldOutcome::raise_declined, 1200, "insufficient_funds"});
  EXPECT_TRUE(captures(d).empty());
  EXPECT_EQ(order().state, State::mismatch) << "where customer and staff can decide";
  EXPECT_EQ(order().hold_minor, 1200);
  EXPECT_EQ(order().total.minor, 1200);
  EXPECT_EQ(order().reason, "raise_declined");
  EXPECT_EQ(back(d), (std::map<std::string, std::int64_t>{{"roll", 1}}));
  EXPECT_EQ(captures(see(right_tray())).size(), 1U) << "and the mended tray pays";
}

TEST_F(ReviseTest, ARaiseThatNeedsTheCustomerWaitsForThem) {
  see_mismatch();
  decide(revise(Purpose::settle, kChef, more));
  hear({order().id, HoldOutcome::action_required, 1200, ""});
  EXPECT_EQ(order().state, State::action_required);
  const Decision d = hear({order().id, HoldOutcome::authorised, 1550, ""});
  EXPECT_EQ(captures(d).size(), 1U);
}

TEST_F(ReviseTest, ATrayThatMovedDuringTheRaiseIsJudgedAnew) {
  see_mismatch();
  decide(revise(Purpose::settle, kAnn, more));
  Snapshot before = snapshot;
  see(tray({{"soup", 1}, {"roll", 4}}));
  EXPECT_TRUE(captures(hear({order().id, HoldOutcome::authorised, 1550, ""})).empty());
  EXPECT_EQ(order().state, State::mismatch) << "it is not what was agreed";

  snapshot = before;
  see(tray({{"soup", 1}, {"roll", 3}}));
  EXPECT_EQ(captures(hear({order().id, HoldOutcome::authorised, 1550, ""})).size(), 1U)
      << "it is what was agreed";

  snapshot = before;
  see(tray({{"soup", 1}, {"roll", 3}}));
  EXPECT_TRUE(captures(hear({order().id, HoldOutcome::raise_declined, 1200, ""})).empty());
  EXPECT_EQ(order().state, State::review) << "compared with lines that never came";
}

TEST_F(ReviseTest, SettledAtNothingTheHoldIsGivenBack) {
  see_mismatch();
  const Decision d = decide(revise(Purpose::settle, kChef, {}));
  EXPECT_EQ(order().state, State::cancelled);
  EXPECT_EQ(voids(d).size(), 1U);
  EXPECT_TRUE(captures(d).empty());
  EXPECT_TRUE(back(d).empty()) << "the catalogue gave everything back when it priced nothing";
}

TEST_F(ReviseTest, AnEditWithinTheHoldKeepsIt) {
  const Decision d = decide(revise(Purpose::edit, kAnn, less));
  EXPECT_EQ(order().state, State::authorised);
  EXPECT_EQ(order().total.minor, 850);
  EXPECT_EQ(order().hold_minor, 1200);
  EXPECT_TRUE(raises(d).empty() && captures(d).empty());
  const Decision paid = see(tray({{"soup", 1}, {"roll", 1}}));
  ASSERT_EQ(captures(paid).size(), 1U);
  EXPECT_EQ(captures(paid)[0].amount.minor, 850);
}

TEST_F(ReviseTest, AnEditAboveTheHoldRaises) {
  EXPECT_EQ(raises(decide(revise(Purpose::edit, kAnn, more))).size(), 1U);
  EXPECT_EQ(refused(decide(revise(Purpose::edit, kAnn, less))), "not_editable") << "one by one";
  const Decision d = hear({order().id, HoldOutcome::authorised, 1550, ""});
  EXPECT_EQ(order().state, State::authorised);
  EXPECT_EQ(order().lines, more);
  EXPECT_TRUE(captures(d).empty()) << "its tray comes later";
}

TEST_F(ReviseTest, AfterATrayWasSeenNothingIsEdited) {
  see_mismatch();
  EXPECT_EQ(refused(decide(revise(Purpose::edit, kAnn, less))), "not_editable");
  see(right_tray());
  EXPECT_EQ(refused(decide(revise(Purpose::edit, kAnn, less))), "not_editable");
}

TEST_F(ReviseTest, WhatEndsWhileItIsRaisedGivesEverythingBack) {
  see_mismatch();
  decide(revise(Purpose::settle, kAnn, more));
  const Decision d = decide_cancel(snapshot, settings, {order().id, UserId("ann"), ""}, 1, now);
  EXPECT_EQ(d.changed->state, State::cancelled);
  EXPECT_EQ(voids(d).size(), 1U);
  EXPECT_EQ(back(d), (std::map<std::string, std::int64_t>{{"roll", 3}, {"soup", 1}}));
}

TEST_F(ReviseTest, ADeclinedOrderIsTriedAgainAFewTimes) {
  const wire::orders::Retry retry{order().id, kAnn, Means::counter};
  EXPECT_EQ(refused(decide_retry(snapshot, settings, retry, 1, now)), "not_declined");
  order().state = State::declined;
  for (std::int64_t i = 0; i < settings.retries_max; ++i) {
    Decision d = decide_retry(snapshot, settings, retry, 1, now);
    ASSERT_EQ(holds(d).size(), 1U);
    EXPECT_EQ(holds(d)[0].means, Means::counter);
    put(*d.changed);
    EXPECT_EQ(order().state, State::placed);
    hear({order().id, HoldOutcome::declined, 0, "no"});
    EXPECT_EQ(order().state, State::declined);
  }
  const Decision d = decide_retry(snapshot, settings, retry, 1, now);
  EXPECT_EQ(refused(d), "too_many_tries");
  EXPECT_TRUE(holds(d).empty());
}

TEST_F(ReviseTest, AnOrderWhoseHoldEndsExpires) {
  for (const State state : {State::authorised, State::mismatch, State::review}) {
    order().state = state;
    const Decision d = decide_hold_ending(snapshot, settings, {order().id}, now);
    ASSERT_TRUE(d.changed) << enum_name(state);
    EXPECT_EQ(d.changed->state, State::expired);
    EXPECT_EQ(voids(d).size(), 1U);
  }
  for (const State state : {State::verified, State::capturing, State::paid, State::cancelled}) {
    order().state = state;
    EXPECT_FALSE(decide_hold_ending(snapshot, settings, {order().id}, now).changed)
        << enum_name(state);
  }
}

TEST_F(ReviseTest, StaffCancelsForAnybodyAndAStaleTagCancelsNothing) {
  wire::orders::Cancel cancel{order().id, UserId("chef"), "closing", true, order().version + 1};
  EXPECT_EQ(refused(decide_cancel(snapshot, settings, cancel, 1, now)), "precondition_failed");
  cancel.version = order().version;
  const Decision d = decide_cancel(snapshot, settings, cancel, 1, now);
  ASSERT_TRUE(d.changed);
  EXPECT_EQ(d.changed->state, State::cancelled);
  EXPECT_EQ(d.history.at(0).who, "staff:chef");
}

class RefundTest : public testing::Test, protected OneOrder {
 protected:
  RefundTest() {
    order().state = State::paid;
    order().captured_minor = 1200;
    order().tax_minor = 192;
  }
  Decision ask(std::optional<std::int64_t> amount) {
    Decision d = decide_ask_refund(
        snapshot, settings,
        {order().id, RefundId("r" + std::to_string(++asked)), amount, "duplicate", kChef}, 9, now);
    apply(d);
    return d;
  }
  Decision result(int refund, wire::orders::RefundOutcome outcome, std::int64_t amount) {
    Decision d = decide_refunded(
        snapshot, settings,
        {order().id, RefundId("r" + std::to_string(refund)), outcome, amount, amount, 1200, "why"},
        now);
    apply(d);
    return d;
  }
  void apply(const Decision& d) {
    if (d.changed) put(*d.changed);
    if (d.refund) snapshot.refunds[d.refund->id] = *d.refund;
  }
  static auto asks(const Decision& d) {
    return sent<wire::payments::Refund, wire::payments::In>(d);
  }
  static constexpr auto kDone = wire::orders::RefundOutcome::refunded;
  static constexpr auto kFailed = wire::orders::RefundOutcome::failed;
  int asked = 0;
};

TEST_F(RefundTest, APartLeavesItPaidAndTheRestEndsIt) {
  const Decision part = ask(500);
  ASSERT_EQ(asks(part).size(), 1U);
  EXPECT_EQ(asks(part)[0].amount.minor, 500);
  EXPECT_EQ(asks(part)[0].who, "staff:chef");
  EXPECT_EQ(order().refunded_minor, 0) << "until the provider says so";
  result(1, kDone, 500);
  EXPECT_EQ(order().state, State::paid);
  EXPECT_EQ(order().refunded_minor, 500);
  EXPECT_FALSE(result(1, kDone, 500).changed) << "told twice";
  EXPECT_EQ(asks(ask(std::nullopt)).at(0).amount.minor, 700) << "all that is left";
  result(2, kDone, 700);
  EXPECT_EQ(order().state, State::refunded);
  EXPECT_EQ(order().refunded_minor, 1200);
  EXPECT_EQ(refused(ask(1)), "not_paid");
}

TEST_F(RefundTest, NeverMoreThanWasCapturedWhatIsUnderWayCounted) {
  EXPECT_EQ(refused(ask(1201)), "refund_too_large");
  EXPECT_EQ(refused(ask(800)), "");
  EXPECT_EQ(refused(ask(401)), "refund_too_large");
  EXPECT_EQ(refused(ask(400)), "");
  EXPECT_EQ(refused(ask(std::nullopt)), "refund_too_large") << "nothing is left";
}

TEST_F(RefundTest, AFailedOneCanBeAskedForAgain) {
  ask(std::nullopt);
  result(1, kFailed, 0);
  EXPECT_EQ(order().state, State::paid);
  EXPECT_EQ(order().refunded_minor, 0);
  const Decision again = ask(std::nullopt);
  EXPECT_EQ(asks(again).at(0).amount.minor, 1200);
  EXPECT_EQ(asks(again).at(0).tax_minor, 192);
}

TEST_F(RefundTest, APartThatFailsAfterItSucceededCanBeAskedForAgain) {
  ask(500);
  result(1, kDone, 500);
  const Decision d = result(1, kFailed, 500);
  ASSERT_TRUE(d.changed);
  EXPECT_EQ(d.refund->state, RefundState::failed);
  EXPECT_EQ(d.history.at(0).event, "refund_failed");
  EXPECT_EQ(d.history.at(0).why, "after it had succeeded: why");
  EXPECT_EQ(order().refunded_minor, 0);
  EXPECT_EQ(order().refund_tax_minor, 0);
  EXPECT_FALSE(result(1, kFailed, 500).changed) << "told twice";
  EXPECT_FALSE(result(1, kDone, 500).changed) << "told late";
  EXPECT_EQ(asks(ask(std::nullopt)).at(0).amount.minor, 1200);
}

TEST_F(RefundTest, ARefundedOrderWhoseMoneyIsBackWithUsIsPaidAgain) {
  ask(500);
  result(1, kDone, 500);
  ask(std::nullopt);
  result(2, kDone, 700);
  ASSERT_EQ(order().state, State::refunded);
  const Decision d = result(2, kFailed, 700);
  EXPECT_EQ(order().state, State::paid);
  EXPECT_EQ(order().refunded_minor, 500);
  const auto news = sent<wire::push::Notify, wire::push::In>(d);
  ASSERT_EQ(news.size(), 1U);
  EXPECT_EQ(news[0].status, "refund_failed");
  EXPECT_EQ(asks(ask(std::nullopt)).at(0).amount.minor, 700);
  result(3, kDone, 700);
  EXPECT_EQ(order().state, State::refunded);
  EXPECT_EQ(order().refunded_minor, 1200);
}

TEST_F(RefundTest, TaxPartsOfAllRefundsAddUp) {
  for (const std::int64_t step : {1, 7, 100, 333, 599}) {
    order().refund_asked_minor = 0;
    order().refund_tax_minor = 0;
    std::int64_t tax = 0;
    std::int64_t amount = 0;
    while (amount < 1200) {
      const auto part = asks(ask(std::min(step, 1200 - amount))).at(0);
      EXPECT_GE(part.tax_minor, 0);
      tax += part.tax_minor;
      amount += part.amount.minor;
    }
    EXPECT_EQ(tax, 192) << "in steps of " << step;
  }
}

TEST_F(RefundTest, NoTaxPartIsAboveItsAmount) {
  order().captured_minor = 100;
  order().tax_minor = 49;
  std::int64_t tax = 0;
  for (int i = 0; i < 100; ++i) {
    const auto part = asks(ask(1)).at(0);
    EXPECT_GE(part.tax_minor, 0) << i;
    EXPECT_LE(part.tax_minor, part.amount.minor) << i;
    tax += part.tax_minor;
  }
  EXPECT_EQ(tax, 49);
}

TEST_F(RefundTest, TaxPartsAddUpWhateverFailedBetween) {
  order().captured_minor = 100;
  order().tax_minor = 49;
  for (int i = 0; i < 100; ++i) ask(1);
  for (int i = 1; i <= 100; ++i) {  // those with a part fail, the others stand
    const Refund& r = snapshot.refunds.at(RefundId("r" + std::to_string(i)));
    result(i, r.tax_minor > 0 ? kFailed : kDone, 1);
  }
  EXPECT_EQ(order().refund_tax_minor, 0);
  for (int i = 0; i < 49; ++i) EXPECT_LE(asks(ask(1)).at(0).tax_minor, 1) << i;
  EXPECT_EQ(order().refund_asked_minor, 100);
  EXPECT_EQ(order().refund_tax_minor, 49);
}

TEST_F(RefundTest, OnlyStaffOfWhatIsPaid) {
  order().state = State::capturing;
  EXPECT_EQ(refused(ask(1)), "not_paid");
}

}  // namespace
}  // namespace trayline::orders
