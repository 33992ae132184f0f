// Decisions of payments, every state with everything the provider can say; the executor on the
// provider in memory.
#include <gtest/gtest.h>

#include <sstream>

#include "cloud/payments/memory_provider.hpp"
#include "cloud/payments/payments_fixture.hpp"

namespace trayline::payments {
namespace {

// What our own calls and events say, in every state. Money that a hand in the provider's dashboard
// took is taken.
constexpr std::string_view kGolden = R"(
creating        requires_confirmation confirming payments.confirm
creating        requires_capture held hold:authorised
creating        requires_action action_required hold:action_required
creating        requires_payment_method declined hold:declined
creating        canceled declined hold:declined
creating        succeeded captured capture:captured
creating        processing -
confirming      requires_confirmation -
confirming      requires_capture held hold:authorised
confirming      requires_action action_required hold:action_required
confirming      requires_payment_method declined hold:declined
confirming      canceled declined hold:declined
confirming      succeeded captured capture:captured
confirming      processing -
action_required requires_confirmation -
action_required requires_capture held hold:authorised
action_required requires_action -
action_required requires_payment_method declined hold:declined
action_required canceled declined hold:declined
action_required succeeded captured capture:captured
action_required processing -
held            requires_confirmation -
held            requires_capture -
held            requires_action -
held            requires_payment_method -
held            canceled lapsed ending
held            succeeded captured capture:captured
held            processing -
capturing       requires_capture -
capturing       succeeded captured capture:captured
capturing       canceled lapsed capture:lapsed
captured        requires_capture -
captured        succeeded -
captured        canceled -
voiding         requires_capture -
voiding         canceled voided
voiding         succeeded captured capture:captured
voided          requires_capture -
voided          canceled -
declined        requires_capture held hold:authorised
declined        requires_payment_method -
declined        canceled -
declined        succeeded captured capture:captured
lapsed          canceled -
)";

TEST_F(PaymentsTest, EveryStateMovesByWhatTheProviderSays) {
  std::istringstream golden{std::string(kGolden)};
  for (std::string line; std::getline(golden, line);) {
    if (line.empty()) continue;
    std::istringstream in(line);
    std::string state;
    std::string status;
    in >> state >> status >> std::ws;
    std::string expected;
    std::getline(in, expected);
    at(*enum_value<PaymentState>(state));
    const std::string step = state == "creating" ? "create" : "confirm";
    EXPECT_EQ(words(decide(seen(*enum_value<IntentStatus>(status), step))), expected) << line;
  }
}

TEST_F(PaymentsTest, AHoldIsCreatedThenConfirmedUnderStableKeys) {
  snapshot.payments.clear();
  const In hold = wire::payments::Hold{OrderId("o1"), UserId("ann"), SiteId("main"),
                                       Money{1200, *Currency::parse("EUR")}, false};
  const Decision d = decide(hold);
  EXPECT_EQ(words(d), "creating payments.create");
  EXPECT_EQ(d.out.effects[0].key, "tl-o1-create-1");
  snapshot.payments[OrderId("o1")] = *d.placed;
  EXPECT_EQ(words(decide(hold)), "-") << "one attempt at a time";
  const Decision next = decide(seen(IntentStatus::requires_confirmation, "create"));
  EXPECT_EQ(next.out.effects[0].key, "tl-o1-confirm-1");
  EXPECT_EQ(next.out.effects[0].body.text_at("intent"), "pi_1")
      << "committed before it is confirmed";
}

TEST_F(PaymentsTest, ANewAttemptComesOnlyAfterADefinitiveEnd) {
  const In hold = wire::payments::Hold{OrderId("o1"), UserId("ann"), SiteId("main"),
                                       Money{1200, *Currency::parse("EUR")}, true};
  using enum PaymentState;
  for (const PaymentState state :
       {creating, confirming, action_required, capturing, captured, voiding, voided}) {
    at(state);
    EXPECT_EQ(words(decide(hold)), "-") << enum_name(state);
  }
  at(declined);
  const Decision d = decide(hold);
  EXPECT_EQ(d.out.effects.at(0).key, "tl-o1-cancel-1") << "its bank could think again";
  EXPECT_EQ(d.out.effects.at(1).key, "tl-o1-create-2");
}

TEST_F(PaymentsTest, AHoldThatStandsIsToldAndByOtherMeansGivenBack) {
  wire::payments::Hold hold{OrderId("o1"), UserId("ann"), SiteId("main"), payment().amount, true};
  at(PaymentState::held);
  EXPECT_EQ(words(decide(hold)), "- hold:authorised");
  hold.means = wire::payments::Means::counter;
  const Decision d = decide(hold);
  EXPECT_EQ(words(d), "creating payments.cancel payments.create");
  EXPECT_EQ(d.out.effects[0].key, "tl-o1-cancel-1");
  EXPECT_EQ(d.out.effects[0].body.text_at("means"), "card");
  EXPECT_EQ(d.out.effects[1].key, "tl-o1-create-2");
  EXPECT_EQ(d.out.effects[1].body.text_at("means"), "counter");
}

TEST_F(PaymentsTest, WithoutACardNothingIsAskedOfTheProvider) {
  snapshot.payments.clear();
  snapshot.customers[UserId("ann")].method.clear();
  const Decision d = decide(wire::payments::Hold{OrderId("o1"), UserId("ann"), SiteId("main"),
                                                 Money{1, *Currency::parse("EUR")}, false});
  EXPECT_EQ(words(d), "declined hold:no_card");
}

TEST_F(PaymentsTest, CapturesOnlyWhatIsHeld) {
  const auto capture = [](std::int64_t minor) {
    return In(wire::payments::Capture{OrderId("o1"), Money{minor, *Currency::parse("EUR")}});
  };
  at(PaymentState::held);
  EXPECT_EQ(words(decide(capture(1200))), "capturing payments.capture");
  EXPECT_EQ(words(decide(capture(1201))), "- capture:refused");
  at(PaymentState::voiding);
  EXPECT_EQ(words(decide(capture(1200))), "- capture:refused");
  at(PaymentState::capturing);
  EXPECT_EQ(words(decide(capture(1200))), "-") << "asked once";
  at(PaymentState::lapsed);
  EXPECT_EQ(words(decide(capture(1200))), "- capture:lapsed");
}

TEST_F(PaymentsTest, ACaptureWritesALedgerEntryThatAddsUpToZero) {
  at(PaymentState::capturing);
  payment().tax_minor = 78;
  const Decision d = decide(seen(IntentStatus::succeeded, "capture"));
  ASSERT_EQ(d.ledger.size(), 2U);
  EXPECT_EQ(d.ledger[0].debit, "provider:card");
  EXPECT_EQ(d.ledger[0].credit, "sales:main");
  EXPECT_EQ(d.ledger[0].amount.minor, 1122);
  EXPECT_EQ(d.ledger[1].credit, "tax:main");
  EXPECT_EQ(d.ledger[1].amount.minor, 78);
  EXPECT_EQ(d.changed->captured_minor, 1200);
}

TEST_F(PaymentsTest, AHoldThatIsStillBeingMadeIsGivenBackWhenItStands) {
  const In give_up = wire::payments::Void{OrderId("o1"), "abandoned"};
  at(PaymentState::confirming, 0);
  Decision d = decide(give_up);
  EXPECT_TRUE(d.changed->void_asked);
  EXPECT_EQ(words(d), "confirming");
  snapshot.payments[OrderId("o1")] = *d.changed;
  EXPECT_EQ(words(decide(seen(IntentStatus::requires_capture, "confirm"))),
            "voiding payments.cancel");
}

TEST_F(PaymentsTest, ADeclinedPaymentThatIsGivenUpCancelsItsIntent) {
  const In give_up = wire::payments::Void{OrderId("o1"), "abandoned"};
  at(PaymentState::declined, 0);
  EXPECT_EQ(words(decide(give_up)), "voiding payments.cancel") << "a late success finds nothing";
  payment().intent.clear();
  EXPECT_EQ(words(decide(give_up)), "voided");
}

TEST_F(PaymentsTest, AnEventOfAnotherIntentOrAttemptChangesNothing) {
  at(PaymentState::confirming);
  IntentSeen other = seen(IntentStatus::requires_confirmation, "event");
  other.intent = "pi_other";
  EXPECT_EQ(words(decide(other)), "-");
  IntentSeen old = seen(IntentStatus::requires_capture, "confirm");
  old.attempt = 7;
  EXPECT_EQ(words(decide(old)), "-");
}

TEST_F(PaymentsTest, MoneyTakenInTheProvidersDashboardIsPostedAndToldToStaff) {
  IntentSeen some = seen(IntentStatus::succeeded, "event");
  some.received_minor = 700;
  for (const PaymentState state : {PaymentState::held, PaymentState::capturing}) {
    at(state);
    const Decision d = decide(some);
    EXPECT_EQ(words(d), "captured capture:captured") << enum_name(state);
    EXPECT_EQ(d.changed->captured_minor, 700);
    EXPECT_EQ(d.ledger.at(0).amount.minor, 700);
    ASSERT_TRUE(d.notice) << enum_name(state);
    EXPECT_EQ(d.notice->id, "not_asked_for-pi_1");
  }
  EXPECT_FALSE(decide(seen(IntentStatus::succeeded, "capture")).notice) << "as it was asked";
  at(PaymentState::voiding);
  EXPECT_EQ(decide(some).notice->reason, "order_cancelled");
  at(PaymentState::voiding, 0);  // given up before we heard of the hold
  const Decision early = decide(some);
  EXPECT_EQ(words(early), "captured capture:captured");
  EXPECT_EQ(early.ledger.at(0).amount.minor, 700);
  EXPECT_EQ(early.notice->reason, "order_cancelled");
  at(PaymentState::held);
  then(some);
  EXPECT_EQ(decide(wire::payments::Void{OrderId("o1"), "abandoned"}).notice->reason,
            "order_cancelled");
  EXPECT_EQ(words(decide(wire::payments::Capture{OrderId("o1"), payment().amount})),
            "- capture:captured")
      << "orders asks after it was told too early";
}

TEST_F(PaymentsTest, AConfirmThatIsRefusedWithoutMovingItsIntentIsADecline) {
  IntentSeen no = seen(IntentStatus::requires_confirmation, "confirm");
  no.decline_code = "payment_method_missing";
  at(PaymentState::confirming, 0);
  EXPECT_EQ(words(decide(no)), "declined hold:declined");
  payment().void_asked = true;
  EXPECT_EQ(words(decide(no)), "voiding payments.cancel");
}

TEST_F(PaymentsTest, WordsAboutUnknownOrdersAreParked) {
  IntentSeen lost = seen(IntentStatus::succeeded, "event");
  lost.order = OrderId("nobody");
  const Decision d = decide(lost);
  ASSERT_EQ(d.park.size(), 1U);
  EXPECT_EQ(d.park[0].about, "nobody");
  EXPECT_EQ(decide(wire::payments::CardSaved{"cus_nobody", "pm_1"}).park.size(), 1U);
}

TEST_F(PaymentsTest, ASecretOfTheProviderIsAnsweredAndNeverPartOfAText) {
  const wire::payments::CustomerReady ready{UserId("ann"), "cus_1", "",
                                            Json::object({{"client_secret", "seti_secret_x"}})};
  const Decision d = decide_payment(snapshot, ready, 5, now);
  EXPECT_EQ(d.out.replies.at(0).answer.body.text_at("client_secret"), "seti_secret_x");
  EXPECT_EQ(wire::variant_to_json(In(ready)).dump().find("seti_secret_x"), std::string::npos);
}

// The executor.
class ExecutorTest : public testing::Test {
 protected:
  ExecutorTest() : executor(make_executor({provider, nullptr}, clock)) {}
  host::Outcome run(const std::string& step, int tries, Json::Object more = {}) {
    more.set("order", "o1").set("attempt", 1).set("customer", "cus").set("method", method);
    more.set("currency", "EUR").set("off_session", false).set("asked_ms", to_ms(asked));
    if (more.find("amount_minor") == nullptr) more.set("amount_minor", 1200);
    std::optional<host::Outcome> outcome;
    executor->execute({{"e1", "payments." + step, "tl-o1-" + step + "-1", Json(more), tries, 0}},
                      [&](std::vector<host::Outcome> all) { outcome = std::move(all.at(0)); });
    EXPECT_TRUE(outcome.has_value()) << "every effect is answered once";
    return *outcome;
  }
  static IntentSeen seen(const host::Outcome& outcome) {
    return std::get<IntentSeen>(std::any_cast<const In&>(outcome.result->body));
  }
  std::string hold() {
    const std::string intent = seen(run("create", 0)).intent;
    Json::Object with;
    with.set("intent", intent);
    EXPECT_EQ(seen(run("confirm", 0, with)).status, IntentStatus::requires_capture);
    return intent;
  }
  ManualClock clock{from_ms(1'790'000'000'000)};
  Time asked = clock.now();
  MemoryProvider provider;
  std::unique_ptr<host::Executor> executor;
  std::string method = "visa";
};

TEST_F(ExecutorTest, ALostAnswerIsReadBackBeforeAnythingIsRepeated) {
  Json::Object with;
  with.set("intent", hold());
  provider.lose_captures(1);
  const host::Outcome lost = run("capture", 0, with);
  EXPECT_TRUE(lost.retry_after) << "unknown is not declined";
  const std::size_t calls = provider.calls();
  const host::Outcome again = run("capture", 1, with);
  EXPECT_EQ(seen(again).status, IntentStatus::succeeded);
  EXPECT_EQ(provider.calls(), calls + 1) << "one read, no second capture";
  EXPECT_EQ(provider.charges().size(), 1U);
}

// Within a day the key alone would do; the provider forgets it afterwards.
TEST_F(ExecutorTest, ARefundIsLookedForBeforeItIsRepeated) {
  Json::Object with;
  with.set("intent", hold());
  run("capture", 0, with);
  with.set("refund", "r1").set("amount_minor", 500);
  provider.lose_any(1);
  EXPECT_TRUE(run("refund", 0, with).retry_after) << "unknown is not failed";
  provider.forget_keys();
  EXPECT_FALSE(run("refund", 1, with).retry_after);
  EXPECT_EQ(provider.refunds().size(), 1U);
  with.set("refund", "r2").set("read_first", true);
  EXPECT_FALSE(run("refund", 0, with).retry_after);
  EXPECT_EQ(provider.refunds().size(), 2U) << "one that was never made is made";
}

TEST_F(ExecutorTest, AProviderThatIsDownIsAskedAgainLaterAndLater) {
  provider.set_up(false);
  const host::Outcome first = run("create", 0);
  const host::Outcome later = run("create", 5);
  ASSERT_TRUE(first.retry_after && later.retry_after);
  EXPECT_LT(*first.retry_after, *later.retry_after);
}

TEST_F(ExecutorTest, CreatingAgainUnderTheSameKeyMakesNoSecondIntent) {
  const std::string intent = seen(run("create", 0)).intent;
  EXPECT_EQ(seen(run("create", 1)).intent, intent);
}

TEST_F(ExecutorTest, ACancelEndsWithAnIntentThatItsProviderDoesNotKnow) {
  Json::Object with;
  with.set("intent", "pi_gone");
  EXPECT_EQ(seen(run("cancel", 0, with)).status, IntentStatus::canceled);
  EXPECT_EQ(seen(run("cancel", 1, with)).status, IntentStatus::canceled);
  EXPECT_TRUE(run("capture", 1, with).retry_after) << "only a cancel has nothing left to do";
}

TEST_F(ExecutorTest, ACreateThatDoesNotSayWhenItWasAskedIsAFreshOne) {
  asked = from_ms(0);
  const std::size_t calls = provider.calls();
  EXPECT_FALSE(seen(run("create", 0)).intent.empty());
  EXPECT_EQ(provider.calls(), calls + 1) << "nothing is looked for since 1970";
}

TEST_F(ExecutorTest, ADeclinedCardIsAnAnswer) {
  method = "declined";
  Json::Object with;
  with.set("intent", seen(run("create", 0)).intent);
  const IntentSeen said = seen(run("confirm", 0, with));
  EXPECT_EQ(said.status, IntentStatus::requires_payment_method);
  EXPECT_EQ(said.decline_code, "generic_decline");
}

}  // namespace
}  // namespace trayline::payments
