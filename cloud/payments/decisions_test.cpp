// Decisions about refunds, looks, parked events, cards, payment at the counter, and their words.
#include <gtest/gtest.h>

#include "cloud/payments/decline.hpp"
#include "cloud/payments/ledger.hpp"
#include "cloud/payments/payments_fixture.hpp"
#include "cloud/payments/view.hpp"

namespace trayline::payments {
namespace {

using enum PaymentState;
namespace w = wire::payments;

const Currency kEur = *Currency::parse("EUR");

class DecisionsTest : public PaymentsTest {
 protected:
  void captured_all() {
    at(captured);
    payment().captured_minor = 1200;
    payment().tax_minor = 78;
  }
  static In refund(const std::string& id, std::int64_t minor) {
    return w::Refund{OrderId("o1"), RefundId(id), Money{minor, kEur}, 0, "duplicate", "bob"};
  }
  static In refund_seen(const std::string& id, const std::string& status) {
    return w::RefundSeen{OrderId("o1"), RefundId(id), "re_" + id, status, ""};
  }
};

TEST_F(DecisionsTest, RefundsOnceByTheirIdAndNeverMoreThanWasCaptured) {
  captured_all();
  Decision d = then(refund("r1", 500));
  EXPECT_EQ(words(d), "captured payments.refund");
  EXPECT_EQ(d.out.effects[0].key, "tl-o1-refund-r1");
  EXPECT_EQ(words(then(refund("r1", 500))), "-") << "the same wish";
  EXPECT_EQ(words(then(refund("r2", 701))), "- refund:failed") << "500 are on their way";
  d = then(refund_seen("r1", "succeeded"));
  EXPECT_EQ(words(d), "captured refund:refunded");
  ASSERT_EQ(d.ledger.size(), 1U);
  EXPECT_EQ(d.ledger[0].debit, "sales:main");
  EXPECT_EQ(d.ledger[0].credit, "provider:card");
  EXPECT_EQ(words(then(refund_seen("r1", "succeeded"))), "-");
  EXPECT_EQ(words(then(refund("r1", 500))), "- refund:refunded") << "the same answer";
  EXPECT_EQ(words(then(refund("r3", 700))), "captured payments.refund");
  EXPECT_EQ(payment().refunding_minor, 700);
  EXPECT_EQ(words(then(refund_seen("r3", "failed"))), "captured refund:failed");
  EXPECT_EQ(payment().refunded_minor, 500);
  EXPECT_EQ(payment().refunding_minor, 0);
}

TEST_F(DecisionsTest, ARefundThatFailsAfterItSucceededIsPostedBack) {
  captured_all();
  then(refund("r1", 500));
  then(refund_seen("r1", "succeeded"));
  const Decision d = then(refund_seen("r1", "failed"));
  EXPECT_EQ(words(d), "captured refund:failed");
  ASSERT_EQ(d.ledger.size(), 1U);
  EXPECT_EQ(d.ledger[0].kind, "refund_back");
  EXPECT_EQ(payment().refunded_minor, 0);
  EXPECT_EQ(words(then(refund_seen("r1", "succeeded"))), "-") << "ended";
}

TEST_F(DecisionsTest, OnlyACaptureIsRefunded) {
  for (const PaymentState state : {creating, held, capturing, voided, declined, lapsed}) {
    at(state);
    EXPECT_EQ(words(decide(refund("r1", 100))), "- refund:failed") << enum_name(state);
  }
}

TEST_F(DecisionsTest, ARefusedCaptureIsAskedAgainUnderANewKey) {
  at(held);
  const In capture = w::Capture{OrderId("o1"), Money{1200, kEur}, 0};
  EXPECT_EQ(then(capture).out.effects.at(0).key, "tl-o1-capture-1");
  EXPECT_EQ(words(then(seen(IntentStatus::requires_capture, "capture"))), "held capture:refused");
  EXPECT_EQ(then(capture).out.effects.at(0).key, "tl-o1-capture-2");
}

TEST_F(DecisionsTest, ALookReadsBackWhatMayHaveHappenedAndRepeatsWhatCannotHurt) {
  const In look = w::LookAgain{OrderId("o1")};
  const std::map<PaymentState, std::string> effects{{creating, "- payments.create"},
                                                    {confirming, "- payments.look"},
                                                    {action_required, "- payments.look"},
                                                    {capturing, "- payments.look"},
                                                    {voiding, "- payments.look"},
                                                    {captured, "-"},
                                                    {voided, "-"},
                                                    {declined, "-"},
                                                    {lapsed, "-"}};
  for (const auto& [state, effect] : effects) {
    at(state);
    EXPECT_EQ(words(decide(look)), effect) << enum_name(state);
  }
  at(capturing);
  EXPECT_EQ(words(decide(seen(IntentStatus::requires_capture, "look"))), "- payments.capture");
  at(voiding);
  EXPECT_EQ(words(decide(seen(IntentStatus::requires_capture, "look"))), "- payments.cancel");
}

TEST_F(DecisionsTest, OrdersHearOfAHoldThatEndsBeforeItDoes) {
  at(confirming, 0);
  IntentSeen holds = seen(IntentStatus::requires_capture, "confirm");
  holds.created_ms = to_ms(now) - 1'000;
  Decision d = then(holds);
  EXPECT_EQ(payment().deadline_ms, holds.created_ms + kHoldOnSession.count());
  ASSERT_EQ(d.out.timers.size(), 1U);
  EXPECT_LT(d.out.timers[0].due, from_ms(payment().deadline_ms));
  now = d.out.timers[0].due;
  d = decide(w::LookAgain{OrderId("o1")});
  EXPECT_EQ(words(d), "- ending");
  now = d.out.timers.at(0).due;
  EXPECT_GT(to_ms(now), payment().deadline_ms);
  EXPECT_EQ(words(decide(w::LookAgain{OrderId("o1")})), "- payments.look");
}

TEST_F(DecisionsTest, WhatWasParkedIsTakenUpWhenItsOrderAppears) {
  const In event = seen(IntentStatus::requires_capture, "event");
  snapshot.payments.clear();
  Decision d = decide(event);
  ASSERT_EQ(d.park.size(), 1U);
  snapshot.parked = d.park;
  d = decide(w::Hold{OrderId("o1"), UserId("ann"), SiteId("main"), Money{1200, kEur}, false});
  EXPECT_EQ(d.unpark, std::vector<std::string>{snapshot.parked[0].id});
  EXPECT_EQ(d.out.messages.size(), 1U);
}

TEST_F(DecisionsTest, WhatNobodyWantedForDaysIsKeptForAPerson) {
  const IntentSeen event = seen(IntentStatus::requires_capture, "event");
  snapshot.payments.clear();
  snapshot.parked = decide(event).park;
  snapshot.still_parked = 2;
  now = snapshot.parked[0].since + kParkedKept;
  const Decision d = decide(w::LookAtParked{});
  EXPECT_EQ(d.out.dead_letters.size(), 1U);
  EXPECT_EQ(d.unpark.size(), 1U);
  EXPECT_EQ(d.out.timers.size(), 1U) << "another one waits";
}

TEST_F(DecisionsTest, EventsOfNobodyPutTheirLookNotOffAndHaveALimit) {
  const In event = seen(IntentStatus::requires_capture, "event");
  snapshot.payments.clear();
  const Time due = then(event).out.timers.at(0).due;
  EXPECT_GT(due, now);
  EXPECT_LE(due, now + kParkedLook);
  now = due - Millis(1);
  EXPECT_EQ(decide(event).out.timers.at(0).due, due) << "one more event changes nothing";
  EXPECT_EQ(snapshot.still_parked, 1);
  snapshot.still_parked = kParkedRows;
  const Decision d = decide(event);
  EXPECT_TRUE(d.park.empty());
  EXPECT_EQ(d.out.dead_letters.size(), 1U);
}

TEST_F(DecisionsTest, AnotherIntentThatHoldsMoneyIsGivenBack) {
  at(held);
  IntentSeen other = seen(IntentStatus::requires_capture, "event");
  other.intent = "pi_9";
  const Decision d = decide(other);
  EXPECT_EQ(words(d), "- payments.cancel");
  EXPECT_EQ(d.out.effects[0].body.text_at("intent"), "pi_9");
  payment().means = w::Means::counter;
  EXPECT_EQ(decide(other).out.effects.at(0).body.text_at("means"), "card") << "whose it is";
  other.status = IntentStatus::succeeded;
  EXPECT_EQ(decide(other).out.dead_letters.size(), 1U);
}

TEST_F(DecisionsTest, ACashierEndsTheCaptureOfAPaymentAtTheCounter) {
  const In taken = w::CounterPaid{OrderId("o1"), "bob"};
  at(capturing);
  EXPECT_EQ(decide_payment(snapshot, taken, 3, now).out.replies.at(0).answer.problem->type,
            "order_not_found")
      << "paid by card";
  payment().means = w::Means::counter;
  EXPECT_EQ(words(decide(taken)), "capturing payments.settle");
  EXPECT_EQ(words(decide(seen(IntentStatus::processing, "capture"))), "-");
  at(held);
  EXPECT_EQ(decide_payment(snapshot, taken, 3, now).out.replies.at(0).answer.problem->type,
            "payment_not_due");
}

TEST_F(DecisionsTest, WhatNobodyPaysAtTheCounterIsGivenUp) {
  const In give_up = w::Void{OrderId("o1"), "abandoned"};
  at(capturing);
  EXPECT_EQ(words(decide(give_up)), "-") << "a card is being charged";
  payment().means = w::Means::counter;
  EXPECT_EQ(words(then(give_up)), "capturing payments.cancel");
  EXPECT_EQ(words(decide(give_up)), "-") << "asked once";
  EXPECT_EQ(decide_payment(snapshot, w::CounterPaid{OrderId("o1"), "bob"}, 3, now)
                .out.replies.at(0)
                .answer.problem->type,
            "payment_not_due");
  const Decision paid = decide(seen(IntentStatus::succeeded, "cancel"));
  EXPECT_EQ(words(paid), "captured capture:captured") << "the cashier was first";
  EXPECT_EQ(paid.notice->reason, "order_cancelled");
  EXPECT_EQ(words(then(seen(IntentStatus::canceled, "cancel"))), "lapsed capture:lapsed");
}

TEST_F(DecisionsTest, CardsAreSavedChosenAndForgotten) {
  then(w::CardSaved{"cus_1", "pm_2", "visa", "4242", 1, 2040});
  EXPECT_EQ(snapshot.customers[UserId("ann")].method, "pm_1") << "only what it looks like";
  then(w::CardSaved{"cus_1", "pm_2"});
  EXPECT_EQ(snapshot.customers[UserId("ann")].method, "pm_2");
  EXPECT_EQ(snapshot.cards["pm_2"].last4, "4242");
  then(w::CardSaved{"cus_1", "pm_1"});
  const Decision d = then(w::CardWish{UserId("ann"), "pm_1", true});
  EXPECT_EQ(d.out.effects.at(0).kind, "payments.detach");
  EXPECT_EQ(snapshot.customers[UserId("ann")].method, "pm_2") << "the one that is left";
  EXPECT_EQ(decide_payment(snapshot, w::CardWish{UserId("eve"), "pm_2", true}, 4, now)
                .out.replies.at(0)
                .answer.problem->type,
            "card_not_found");
  then(w::CardGone{"pm_2"});
  EXPECT_EQ(snapshot.customers[UserId("ann")].method, "");
}

TEST_F(DecisionsTest, ThePaymentsViewAsksForTheSecretOnlyWhereItsCustomerMustConfirm) {
  const auto show = [&](const std::string& user) {
    return decide_payment(snapshot, w::ShowPayment{OrderId("o1"), UserId(user), false, "w1"}, 7,
                          now);
  };
  at(held);
  EXPECT_EQ(show("ann").out.replies.at(0).answer.body.text_at("state"), "held");
  EXPECT_EQ(show("eve").out.replies.at(0).answer.problem->type, "order_not_found");
  at(action_required);
  EXPECT_EQ(show("ann").out.effects.at(0).kind, "payments.secret");
  const w::SecretSeen secret{OrderId("o1"), "pi_1", Json::object({{"client_secret", "cs_x"}})};
  const Decision d = decide_payment(snapshot, secret, 7, now);
  const Json& body = d.out.replies.at(0).answer.body;
  EXPECT_EQ(body.at("confirm")->text_at("client_secret"), "cs_x");
  EXPECT_EQ(body.text_at("next_step"), "confirm");
  EXPECT_EQ(wire::variant_to_json(In(secret)).dump().find("cs_x"), std::string::npos);
}

TEST(Declines, HaveWordsAndANextStepAndTellNobodyThatACardIsStolen) {
  EXPECT_GE(all_declines().size(), 12U);
  for (const Decline& decline : all_declines()) {
    EXPECT_FALSE(decline.words.empty()) << decline.code;
    EXPECT_FALSE(decline.reason.empty()) << decline.code;
  }
  for (const char* code : {"lost_card", "stolen_card", "fraudulent", "something_new"}) {
    EXPECT_EQ(public_reason(code), "card_declined") << code;
    EXPECT_EQ(decline_of(code).words, decline_of("generic_decline").words) << code;
  }
  EXPECT_EQ(public_reason(""), "");
}

TEST(Ledger, ChainsItsRowsPerSite) {
  const auto transfer = [](const std::string& site, std::int64_t minor) {
    return Transfer{OrderId("o"), SiteId(site),    "capture",         "capture", 1,
                    "provider",   "sales:" + site, Money{minor, kEur}};
  };
  std::map<SiteId, Head> heads;
  const auto rows =
      chain(heads, {transfer("a", 1), transfer("b", 2), transfer("a", 3)}, from_ms(5));
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[2].seq, 2);
  EXPECT_EQ(rows[2].hash, chained(rows[0].hash, rows[2]));
  EXPECT_EQ(heads[SiteId("b")].seq, 1);
  LedgerRow forged = rows[2];
  forged.transfer.amount.minor = 4;
  EXPECT_NE(chained(rows[0].hash, forged), rows[2].hash);
}

}  // namespace
}  // namespace trayline::payments
