// A greater hold: at every point where the provider can say something else there is one hold in the
// end, and the one that stands is never given up first.
#include <gtest/gtest.h>

#include <sstream>

#include "cloud/payments/payments_fixture.hpp"

namespace trayline::payments {
namespace {

using enum PaymentState;

class RaiseTest : public PaymentsTest {
 protected:
  RaiseTest() {
    at(held);
    payment().attempts = 1;
    payment().deadline_ms = to_ms(now) + kHoldOnSession.count();
  }
  static In raise(std::int64_t minor) {
    return wire::payments::Raise{OrderId("o1"), Money{minor, *Currency::parse("EUR")}, true};
  }
  // What is said of the other intent.
  IntentSeen other(IntentStatus status, const std::string& step) {
    IntentSeen m = seen(status, step);
    if (step != "event") m.attempt = 2;
    m.intent = "pi_2";
    m.capturable_minor = status == IntentStatus::requires_capture ? 1500 : 0;
    return m;
  }
  IntentSeen own(std::int64_t capturable, const std::string& step) {
    IntentSeen m = seen(IntentStatus::requires_capture, step);
    m.capturable_minor = capturable;
    return m;
  }
  // The increment was refused, the other intent is being confirmed.
  void confirming_other() {
    then(raise(1500));
    then(own(1200, "increment"));
    then(other(IntentStatus::requires_confirmation, "create"));
    ASSERT_EQ(payment().raise.step, RaiseStep::confirm);
  }
};

TEST_F(RaiseTest, IncrementsTheHoldWhereTheProviderDoesThat) {
  Decision d = then(raise(1500));
  EXPECT_EQ(words(d), "raising payments.increment");
  EXPECT_EQ(d.out.effects[0].key, "tl-o1-increment-1");
  EXPECT_EQ(words(decide(raise(1500))), "-") << "asked once";
  EXPECT_EQ(words(decide(own(1200, "event"))), "-") << "an event from before says nothing";
  d = then(own(1500, "increment"));
  EXPECT_EQ(words(d), "held hold:authorised");
  EXPECT_EQ(payment().hold_minor, 1500);
  EXPECT_EQ(words(decide(raise(1500))), "- hold:authorised") << "held already";
}

TEST_F(RaiseTest, TakesAnotherIntentWhereTheIncrementIsRefusedAndGivesTheFirstBackAfterwards) {
  then(raise(1500));
  Decision d = then(own(1200, "increment"));
  EXPECT_EQ(words(d), "raising payments.create");
  EXPECT_EQ(d.out.effects[0].key, "tl-o1-create-2");
  EXPECT_EQ(d.out.effects[0].body.int_at("amount_minor"), 1500);
  d = then(other(IntentStatus::requires_confirmation, "create"));
  EXPECT_EQ(words(d), "raising payments.confirm");
  EXPECT_EQ(d.out.effects[0].key, "tl-o1-confirm-2");
  EXPECT_EQ(d.out.effects[0].body.text_at("intent"), "pi_2");
  d = then(other(IntentStatus::requires_capture, "confirm"));
  EXPECT_EQ(words(d), "held hold:authorised payments.cancel");
  EXPECT_EQ(d.out.effects[0].key, "tl-o1-cancel-1");
  EXPECT_EQ(d.out.effects[0].body.text_at("intent"), "pi_1");
  EXPECT_EQ(payment().intent, "pi_2");
  EXPECT_EQ(payment().hold_minor, 1500);
  EXPECT_EQ(words(decide(seen(IntentStatus::canceled, "event"))), "-")
      << "the first is not the payment's any more";
}

TEST_F(RaiseTest, ARefusedRaiseLeavesTheHoldThatStands) {
  confirming_other();
  IntentSeen no = other(IntentStatus::requires_payment_method, "confirm");
  no.decline_code = "insufficient_funds";
  const Decision d = then(no);
  EXPECT_EQ(words(d), "held hold:raise_declined payments.cancel");
  EXPECT_EQ(d.out.effects[0].body.text_at("intent"), "pi_2") << "its bank could think again";
  EXPECT_EQ(payment().hold_minor, 1200);
  EXPECT_EQ(payment().intent, "pi_1");
  EXPECT_EQ(words(decide(other(IntentStatus::requires_capture, "event"))), "- payments.cancel")
      << "a late success of the other one is given back";
}

TEST_F(RaiseTest, AConfirmThatIsRefusedWithoutMovingItsIntentEndsTheRaise) {
  confirming_other();
  IntentSeen no = other(IntentStatus::requires_confirmation, "confirm");
  EXPECT_EQ(words(decide(no)), "-") << "still under way";
  no.decline_code = "payment_method_missing";
  EXPECT_EQ(words(decide(no)), "held hold:raise_declined payments.cancel");
}

TEST_F(RaiseTest, MoneyTakenMeanwhileInTheProvidersDashboardEndsIt) {
  confirming_other();
  Decision d = decide(seen(IntentStatus::succeeded, "event"));
  EXPECT_EQ(words(d), "captured capture:captured payments.cancel");
  EXPECT_EQ(d.out.effects[0].body.text_at("intent"), "pi_2");
  IntentSeen all = other(IntentStatus::succeeded, "event");
  all.received_minor = 1500;
  d = decide(all);
  EXPECT_EQ(words(d), "captured capture:captured payments.cancel");
  EXPECT_EQ(d.out.effects[0].body.text_at("intent"), "pi_1");
  EXPECT_EQ(d.changed->captured_minor, 1500);
  EXPECT_TRUE(d.notice.has_value());
}

TEST_F(RaiseTest, WaitsForTheCustomerWhoseBankAsks) {
  confirming_other();
  IntentSeen asks = other(IntentStatus::requires_payment_method, "confirm");
  asks.decline_code = "authentication_required";
  EXPECT_EQ(words(then(asks)), "raising hold:action_required");
  EXPECT_EQ(words(decide(asks)), "-") << "told once";
  EXPECT_EQ(words(then(other(IntentStatus::requires_capture, "event"))),
            "held hold:authorised payments.cancel");
}

TEST_F(RaiseTest, AHoldThatLapsesMeanwhileEndsInOneHoldOrInNone) {
  confirming_other();
  EXPECT_EQ(words(then(seen(IntentStatus::canceled, "event"))), "raising");
  IntentSeen no = other(IntentStatus::requires_payment_method, "confirm");
  no.decline_code = "do_not_honor";
  EXPECT_EQ(words(then(no)), "lapsed hold:declined payments.cancel");
}

TEST_F(RaiseTest, AnIncrementOfAHoldThatLapsedTakesAnotherIntent) {
  then(raise(1500));
  EXPECT_EQ(words(then(seen(IntentStatus::canceled, "increment"))), "raising payments.create");
  then(other(IntentStatus::requires_confirmation, "create"));
  EXPECT_EQ(words(then(other(IntentStatus::requires_capture, "confirm"))),
            "held hold:authorised payments.cancel");
}

TEST_F(RaiseTest, WhatIsGivenUpMeanwhileGivesBothBack) {
  const In give_up = wire::payments::Void{OrderId("o1"), "abandoned"};
  const auto given_back = [&](const IntentSeen& answer) {
    EXPECT_EQ(words(then(give_up)), "raising");
    return words(then(answer));
  };
  then(raise(1500));
  EXPECT_EQ(given_back(own(1500, "increment")), "voiding payments.cancel");
  at(held);
  payment().void_asked = false;
  then(raise(1500));
  EXPECT_EQ(given_back(own(1200, "increment")), "voiding payments.cancel");
  at(held);
  payment().void_asked = false;
  payment().attempts = 1;
  confirming_other();
  EXPECT_EQ(given_back(other(IntentStatus::requires_capture, "confirm")),
            "voiding payments.cancel payments.cancel");
}

TEST_F(RaiseTest, IsAnsweredInEveryState) {
  const std::map<PaymentState, std::string> answers{
      {creating, "- hold:raise_declined"},
      {confirming, "- hold:raise_declined"},
      {action_required, "- hold:raise_declined"},
      {held, "raising payments.increment"},
      {capturing, "- hold:raise_declined"},
      {captured, "- hold:raise_declined"},
      {voiding, "- hold:raise_declined"},
      {voided, "- hold:raise_declined"},
      {declined, "creating payments.cancel payments.create"},
      {lapsed, "creating payments.create"}};
  for (const auto& [state, answer] : answers) {
    at(state);
    EXPECT_EQ(words(decide(raise(1500))), answer) << enum_name(state);
  }
}

TEST_F(RaiseTest, ALookAsksAgainUnderTheSameKeysAndReadsFirstWhatMayHaveHappened) {
  const In look = wire::payments::LookAgain{OrderId("o1")};
  then(raise(1500));
  EXPECT_EQ(decide(look).out.effects.at(0).key, "tl-o1-increment-1");
  then(own(1200, "increment"));
  EXPECT_EQ(decide(look).out.effects.at(0).key, "tl-o1-create-2");
  then(other(IntentStatus::requires_confirmation, "create"));
  const Decision d = decide(look);
  EXPECT_EQ(d.out.effects.at(0).kind, "payments.look");
  EXPECT_EQ(d.out.effects.at(0).body.text_at("intent"), "pi_2");
  EXPECT_EQ(words(decide(other(IntentStatus::requires_confirmation, "look"))),
            "raising payments.confirm");
}

}  // namespace
}  // namespace trayline::payments
