// Every transition of the account, its cards and its idempotency, without a socket.
#include <gtest/gtest.h>

#include "sim/stripe/account_fixture.hpp"

namespace trayline::stripe_sim {
namespace {

TEST_F(Stripe, HoldsCapturesPartAndRefundsWithinWhatWasCaptured) {
  const std::string who = customer();
  const std::string card = attached(who);
  const Json intent =
      post("/v1/payment_intents", "amount=1250&currency=eur&capture_method=manual&customer=" + who +
                                      "&payment_method=" + card + "&metadata[order_id]=o9");
  const std::string path = "/v1/payment_intents/" + intent.text_at("id");
  EXPECT_EQ(intent.text_at("status"), "requires_confirmation");
  const Json confirmed = post(path + "/confirm", "off_session=true", "confirm-1");
  EXPECT_EQ(confirmed.text_at("status"), "requires_capture");
  EXPECT_EQ(confirmed.int_at("amount_capturable"), 1250);
  EXPECT_EQ(code_of(send("POST", path + "/capture", "amount_to_capture=1251")), "amount_too_large");
  const Json captured = post(path + "/capture", "amount_to_capture=1000", "capture-1");
  EXPECT_EQ(captured.text_at("status"), "succeeded");
  EXPECT_EQ(captured.int_at("amount_received"), 1000);
  EXPECT_EQ(captured.int_at("amount_capturable"), 0);
  EXPECT_EQ(
      send("POST", "/v1/refunds", "amount=1001&payment_intent=" + intent.text_at("id")).status,
      400);
  post("/v1/refunds", "amount=400&payment_intent=" + intent.text_at("id"), "refund-1");
  post("/v1/refunds", "payment_intent=" + intent.text_at("id"), "refund-2");
  EXPECT_EQ(code_of(send("POST", "/v1/refunds", "payment_intent=" + intent.text_at("id"))),
            "charge_already_refunded");

  const Json books = ledger(account.state());
  const Json& row = *books.at("charges", 0);
  EXPECT_EQ(row.text_at("order"), "o9");
  EXPECT_EQ(row.text_at("key"), "capture-1");
  EXPECT_EQ(row.text_at("hold_key"), "confirm-1");
  EXPECT_EQ(row.int_at("captured"), 1000);
  EXPECT_EQ(row.int_at("refunded"), 1000);
  EXPECT_EQ(row.at("refunds", 1)->int_at("amount"), 600);
  EXPECT_EQ(books.int_at("double"), 0);
  EXPECT_TRUE(happened("payment_intent.amount_capturable_updated"));
  EXPECT_TRUE(happened("charge.captured"));
  EXPECT_TRUE(happened("payment_intent.succeeded"));
  EXPECT_TRUE(happened("charge.refunded"));
}

TEST_F(Stripe, RefusesEveryMoveThatTheStateDoesNotAllow) {
  struct Row {
    const char* state;
    const char* allowed;  // of confirm capture cancel
  };
  const Row rows[] = {{"requires_payment_method", "cancel"},
                      {"requires_confirmation", "confirm cancel"},
                      {"requires_action", "confirm cancel"},
                      {"requires_capture", "capture cancel"},
                      {"succeeded", ""},
                      {"canceled", ""}};
  const auto make = [&](const std::string& state) {
    const std::string base = "amount=500&currency=usd&capture_method=manual";
    if (state == "requires_payment_method") return post("/v1/payment_intents", base);
    if (state == "requires_confirmation") {
      return post("/v1/payment_intents", base + "&payment_method=pm_card_visa");
    }
    const std::string card =
        state == "requires_action" ? "pm_card_authenticationRequired" : "pm_card_visa";
    Json intent = post("/v1/payment_intents", base + "&confirm=true&payment_method=" + card);
    const std::string path = "/v1/payment_intents/" + intent.text_at("id");
    if (state == "succeeded") return post(path + "/capture", "");
    if (state == "canceled") return post(path + "/cancel", "cancellation_reason=abandoned");
    return intent;
  };
  for (const Row& row : rows) {
    for (const std::string verb : {"confirm", "capture", "cancel"}) {
      const Json intent = make(row.state);
      ASSERT_EQ(intent.text_at("status"), row.state);
      const Reply reply = send("POST", "/v1/payment_intents/" + intent.text_at("id") + "/" + verb);
      const bool allowed = std::string(row.allowed).find(verb) != std::string::npos;
      EXPECT_EQ(reply.status, allowed ? 200 : 400)
          << verb << " of " << row.state << " answered " << reply.body.dump();
      if (!allowed) {
        EXPECT_EQ(code_of(reply), "payment_intent_unexpected_state");
        EXPECT_NE(reply.body.at("error", "payment_intent", "status"), nullptr);
      }
    }
  }
}

struct DeclineRow {
  const char* card;
  const char* code;
  const char* decline_code;
};
constexpr DeclineRow decline_rows[] = {
    {"pm_card_visa_chargeDeclined", "card_declined", "generic_decline"},
    {"pm_card_chargeDeclined", "card_declined", "generic_decline"},
    {"pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"},
    {"pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"},
    {"pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card"},
    {"pm_card_visa_chargeDeclinedStolenCard", "card_declined", "stolen_card"},
    {"pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"},
    {"pm_card_visa_chargeDeclinedExpiredCard", "expired_card", "expired_card"},
    {"pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"},
    {"pm_card_chargeDeclinedProcessingError", "processing_error", "processing_error"},
    {"pm_card_chargeCustomerFail", "card_declined", "generic_decline"},
};

TEST_F(Stripe, DeclinesTestCardsAsDocumentedAndKeepsTheFailedCharge) {
  for (const DeclineRow& row : decline_rows) {
    const Reply reply =
        send("POST", "/v1/payment_intents",
             std::string("amount=500&currency=usd&confirm=true&payment_method=") + row.card);
    EXPECT_EQ(reply.status, 402) << row.card;
    EXPECT_EQ(type_of(reply), "card_error") << row.card;
    EXPECT_EQ(code_of(reply), row.code) << row.card;
    EXPECT_EQ(reply.body.at("error")->text_at("decline_code"), row.decline_code) << row.card;
    const Json& intent = *reply.body.at("error", "payment_intent");
    EXPECT_EQ(get("/v1/payment_intents/" + intent.text_at("id")).text_at("status"),
              "requires_payment_method");
    EXPECT_EQ(get("/v1/charges/" + reply.body.at("error")->text_at("charge")).text_at("status"),
              "failed");
  }
  EXPECT_EQ(ledger(account.state()).int_at("captured"), 0);
}

TEST_F(Stripe, AttachesOnlyCardsThatDoNotDeclineAtOnce) {
  const std::string who = customer();
  const std::string late = attached(who, "pm_card_chargeCustomerFail");
  EXPECT_EQ(
      send("POST", "/v1/payment_methods/pm_card_chargeDeclined/attach", "customer=" + who).status,
      402);
  const Reply charged =
      send("POST", "/v1/payment_intents",
           "amount=500&currency=usd&confirm=true&off_session=true&customer=" + who +
               "&payment_method=" + late);
  EXPECT_EQ(charged.status, 402);
  EXPECT_NE(attached(who), attached(who)) << "a test id must make a new method every time";
  const std::string other = customer();
  EXPECT_EQ(send("POST", "/v1/payment_methods/" + late + "/attach", "customer=" + other).status,
            400);
  const Json page = get("/v1/customers/" + who + "/payment_methods");
  EXPECT_EQ(page.at("data")->as_array()->size(), 3u);
}

TEST_F(Stripe, AsksForAChallengeOnSessionAndDeclinesOffSession) {
  const std::string base =
      "amount=900&currency=eur&capture_method=manual&confirm=true&payment_method=";
  const Reply off =
      send("POST", "/v1/payment_intents", base + "pm_card_authenticationRequired&off_session=true");
  EXPECT_EQ(off.status, 402);
  EXPECT_EQ(code_of(off), "authentication_required");
  EXPECT_EQ(off.body.at("error", "payment_intent")->text_at("status"), "requires_payment_method");

  const Json on = post("/v1/payment_intents", base + "pm_card_authenticationRequired");
  EXPECT_EQ(on.text_at("status"), "requires_action");
  EXPECT_EQ(on.at("next_action")->text_at("type"), "use_stripe_sdk");
  const Reply passed = account.challenge(on.text_at("id"), true, clock.now(), random);
  EXPECT_EQ(passed.body.text_at("status"), "requires_capture");

  const Json failing = post("/v1/payment_intents", base + "pm_card_authenticationRequired");
  const Reply failed = account.challenge(failing.text_at("id"), false, clock.now(), random);
  EXPECT_EQ(failed.body.text_at("status"), "requires_payment_method");
  EXPECT_EQ(failed.body.at("last_payment_error")->text_at("code"),
            "payment_intent_authentication_failure");
  EXPECT_EQ(account.challenge(failing.text_at("id"), true, clock.now(), random).status, 400);

  const Json poor = post("/v1/payment_intents",
                         base + "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds");
  const Reply declined = account.challenge(poor.text_at("id"), true, clock.now(), random);
  EXPECT_EQ(declined.body.at("last_payment_error")->text_at("decline_code"), "insufficient_funds");
}

TEST_F(Stripe, SavesACardThroughASetupIntentWithThePublishableKey) {
  checks.reset();  // the description has no card in payment_method_data
  const std::string who = customer();
  const std::string pk = "Bearer pk_test_public";
  const Json setup = post("/v1/setup_intents",
                          "customer=" + who + "&usage=off_session&payment_method_types[0]=card");
  const std::string path = "/v1/setup_intents/" + setup.text_at("id") + "/confirm";
  const std::string card =
      "&payment_method_data[type]=card&payment_method_data[card][exp_month]=9"
      "&payment_method_data[card][exp_year]=2030&payment_method_data[card][cvc]=123"
      "&payment_method_data[card][number]=";
  const std::string secret = "client_secret=" + setup.text_at("client_secret");
  EXPECT_EQ(send("POST", path, "client_secret=wrong" + card + "4242424242424242", "", pk).status,
            404);
  struct Row {
    const char* number;
    int status;
    const char* code;
  };
  for (const Row& row :
       {Row{"4242424242424241", 402, "incorrect_number"},
        Row{"4111111111111111", 402, "card_declined"},
        Row{"4000000000000002", 402, "card_declined"}, Row{"4000000000000069", 402, "expired_card"},
        Row{"hello", 402, "incorrect_number"}}) {
    const Reply reply = send("POST", path, secret + card + row.number, "", pk);
    EXPECT_EQ(reply.status, row.status) << row.number;
    EXPECT_EQ(code_of(reply), row.code) << row.number;
  }
  const Reply saved = send("POST", path, secret + card + "4242 4242 4242 4242", "", pk);
  EXPECT_EQ(saved.body.text_at("status"), "succeeded") << saved.body.dump();
  const Json method = get("/v1/payment_methods/" + saved.body.text_at("payment_method"));
  EXPECT_EQ(method.text_at("customer"), who);
  EXPECT_EQ(method.at("card")->text_at("last4"), "4242");
  EXPECT_EQ(method.at("card")->int_at("exp_year"), 2030);
  EXPECT_TRUE(happened("setup_intent.succeeded"));
  EXPECT_TRUE(happened("setup_intent.setup_failed"));
  EXPECT_EQ(send("POST", "/v1/customers", "", "", pk).status, 403);
}

TEST_F(Stripe, ACardSetUpWithAChallengePaysOffSessionAfterwards) {
  const std::string who = customer();
  const Json setup = post("/v1/setup_intents",
                          "confirm=true&payment_method=pm_card_authenticationRequiredOnSetup"
                          "&customer=" +
                              who);
  EXPECT_EQ(setup.text_at("status"), "requires_action");
  const std::string pay =
      "amount=700&currency=eur&confirm=true&off_session=true&customer=" + who + "&payment_method=";
  const Reply early = send("POST", "/v1/payment_intents", pay + setup.text_at("payment_method"));
  EXPECT_EQ(code_of(early), "authentication_required");
  const Reply passed = account.challenge(setup.text_at("id"), true, clock.now(), random);
  EXPECT_EQ(passed.body.text_at("status"), "succeeded");
  EXPECT_EQ(post("/v1/payment_intents", pay + setup.text_at("payment_method")).text_at("status"),
            "succeeded");
}

TEST_F(Stripe, NoCardNumberIsKeptAnywhere) {
  std::string everything;
  account.listen([&](const std::vector<Change>& changes) {
    for (const Change& change : changes) everything += change.id + change.value.dump();
  });
  send("POST", "/v1/payment_methods",
       "type=card&card[number]=5555555555554444&card[exp_month]=1&card[exp_year]=30&card[cvc]=987",
       "with-card");
  ASSERT_NE(everything.find("pm_card_mastercard"), std::string::npos) << everything;
  EXPECT_EQ(everything.find("5555555555554444"), std::string::npos);
  EXPECT_EQ(everything.find("\"987\""), std::string::npos);
}

TEST_F(Stripe, LapsedHoldsAreCancelledByThemselves) {
  const Json online = held();
  const Json merchant = post("/v1/payment_intents",
                             "amount=800&currency=eur&capture_method=manual&confirm=true"
                             "&off_session=true&payment_method=pm_card_visa");
  clock.advance(std::chrono::seconds(hold_off_session_seconds));
  EXPECT_EQ(get("/v1/payment_intents/" + merchant.text_at("id")).text_at("status"), "canceled");
  EXPECT_EQ(get("/v1/payment_intents/" + online.text_at("id")).text_at("status"),
            "requires_capture");
  clock.advance(std::chrono::seconds(hold_seconds - hold_off_session_seconds));
  const Json lapsed = get("/v1/payment_intents/" + online.text_at("id"));
  EXPECT_EQ(lapsed.text_at("status"), "canceled");
  EXPECT_EQ(lapsed.text_at("cancellation_reason"), "automatic");
  EXPECT_EQ(ledger(account.state()).at("holds")->as_array()->size(), 0u);
}

TEST_F(Stripe, TheSameKeyGivesTheSavedReplyForADay) {
  const std::string form = "amount=1000&currency=eur";
  const Reply first = send("POST", "/v1/payment_intents", form, "k1");
  const Reply again = send("POST", "/v1/payment_intents", "currency=eur&amount=1000", "k1");
  EXPECT_EQ(again.body, first.body);
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.original_request, first.request_id);
  EXPECT_NE(again.request_id, first.request_id);
  const Reply other = send("POST", "/v1/payment_intents", "amount=1001&currency=eur", "k1");
  EXPECT_EQ(other.status, 400);
  EXPECT_EQ(type_of(other), "idempotency_error");
  EXPECT_EQ(type_of(send("POST", "/v1/customers", form, "k1")), "idempotency_error");
  account.begin("k1");
  const Reply busy = send("POST", "/v1/payment_intents", form, "k1");
  EXPECT_EQ(busy.status, 409);
  EXPECT_EQ(code_of(busy), "idempotency_key_in_use");
  account.end("k1");
  clock.advance(std::chrono::seconds(idempotency_seconds));
  const Reply tomorrow = send("POST", "/v1/payment_intents", form, "k1");
  EXPECT_FALSE(tomorrow.replayed);
  EXPECT_NE(tomorrow.body.text_at("id"), first.body.text_at("id"));
}

TEST_F(Stripe, DeclinesAreSavedAndValidationFailuresAreNot) {
  const std::string declined =
      "amount=500&currency=usd&confirm=true&payment_method=pm_card_chargeDeclined";
  EXPECT_EQ(send("POST", "/v1/payment_intents", declined, "d").status, 402);
  const Reply again = send("POST", "/v1/payment_intents", declined, "d");
  EXPECT_EQ(again.status, 402);
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(account.state().ids(Table::charges).size(), 1u);
  EXPECT_EQ(send("POST", "/v1/payment_intents", "amount=500", "v").status, 400);
  EXPECT_EQ(send("POST", "/v1/payment_intents", "amount=500&currency=usd", "v").status, 200);
}

}  // namespace
}  // namespace trayline::stripe_sim
