// What happens to payments, refunds, customers and endpoints after they were made, and the totals
// that follow; without a socket.
#include <gtest/gtest.h>

#include "sim/stripe/account_fixture.hpp"

namespace trayline::stripe_sim {
namespace {

std::string path_of(const Json& intent, const std::string& verb = "") {
  return "/v1/payment_intents/" + intent.text_at("id") + verb;
}

TEST_F(Stripe, IncrementsAHoldWhereTheCardAllowsIt) {
  const std::string increment = "/increment_authorization";
  const Json visa = held();
  EXPECT_EQ(send("POST", path_of(visa, increment), "amount=1000").status, 400)
      << "the amount is the new total";
  const Json grown = post(path_of(visa, increment), "amount=1300&metadata[why]=soup", "inc-1");
  EXPECT_EQ(grown.int_at("amount_capturable"), 1300);
  EXPECT_EQ(grown.at("metadata")->text_at("why"), "soup");
  EXPECT_EQ(ledger(account.state()).at("holds", 0)->int_at("amount"), 1300);
  EXPECT_EQ(ledger(account.state()).at("holds", 0)->text_at("increment_key"), "inc-1");
  decline = "insufficient_funds";
  const Reply declined = send("POST", path_of(visa, increment), "amount=1400", "inc-2");
  EXPECT_EQ(declined.status, 402);
  EXPECT_EQ(declined.body.at("error")->text_at("decline_code"), "insufficient_funds");
  for (int tries = 3; tries <= 10; ++tries) {
    EXPECT_EQ(send("POST", path_of(visa, increment), "amount=1400").status, 402) << tries;
  }
  decline = "";
  EXPECT_EQ(send("POST", path_of(visa, increment), "amount=1400").status, 400)
      << "ten attempts are all there are";
  EXPECT_EQ(post(path_of(visa, "/capture"), "amount_to_capture=1300").int_at("amount_received"),
            1300);
  EXPECT_EQ(code_of(send("POST", path_of(visa, increment), "amount=1500")),
            "payment_intent_unexpected_state");

  const Json amex = post("/v1/payment_intents",
                         "amount=1000&currency=eur&capture_method=manual&confirm=true"
                         "&payment_method=pm_card_amex");
  EXPECT_EQ(send("POST", path_of(amex, increment), "amount=1300").status, 400);
  EXPECT_EQ(get(path_of(amex)).int_at("amount_capturable"), 1000);
}

TEST_F(Stripe, UpdatesAnIntentUntilItIsPaid) {
  const Json made = post("/v1/payment_intents", "amount=500&currency=eur&metadata[a]=1");
  const Json changed =
      post(path_of(made), "amount=700&currency=USD&payment_method=pm_card_visa&metadata[a]=");
  EXPECT_EQ(changed.text_at("status"), "requires_confirmation");
  EXPECT_EQ(changed.int_at("amount"), 700);
  EXPECT_EQ(changed.text_at("currency"), "usd");
  EXPECT_TRUE(changed.at("metadata")->as_object()->empty());
  EXPECT_EQ(code_of(send("POST", path_of(made), "amount=49")), "amount_too_small");
  post(path_of(made, "/confirm"), "");
  EXPECT_EQ(code_of(send("POST", path_of(made), "amount=800")), "payment_intent_unexpected_state");
  EXPECT_EQ(post(path_of(made), "description=late").text_at("description"), "late");

  const Json setup = post("/v1/setup_intents", "");
  const std::string path = "/v1/setup_intents/" + setup.text_at("id");
  EXPECT_EQ(post(path, "payment_method=pm_card_visa").text_at("status"), "requires_confirmation");
  post(path + "/confirm", "");
  EXPECT_EQ(code_of(send("POST", path, "description=x")), "setup_intent_unexpected_state");
}

TEST_F(Stripe, RefundsOnTheirWayArriveOrComeBack) {
  const auto captured = [&](const std::string& card) {
    return post("/v1/payment_intents",
                "amount=900&currency=eur&confirm=true&payment_method=" + card);
  };
  const std::string late =
      post("/v1/refunds", "payment_intent=" + captured("pm_card_pendingRefund").text_at("id"))
          .text_at("id");
  const Json paid = captured("pm_card_refundFail");
  const std::string failing =
      post("/v1/refunds", "payment_intent=" + paid.text_at("id")).text_at("id");
  const auto status = [&](const std::string& id) {
    return get("/v1/refunds/" + id).text_at("status");
  };
  EXPECT_EQ(status(late), "pending");
  EXPECT_EQ(status(failing), "succeeded");
  EXPECT_EQ(ledger(account.state()).int_at("refunded"), 1800);
  EXPECT_EQ(send("POST", "/v1/refunds/" + late + "/cancel").status, 400);
  clock.advance(std::chrono::seconds(10));
  EXPECT_EQ(status(late), "succeeded");
  EXPECT_EQ(status(failing), "failed");
  EXPECT_EQ(ledger(account.state()).int_at("refunded"), 900);
  EXPECT_TRUE(happened("refund.updated"));
  EXPECT_EQ(post("/v1/refunds", "payment_intent=" + paid.text_at("id")).int_at("amount"), 900)
      << "what came back can be refunded again";
  EXPECT_EQ(post("/v1/refunds/" + late, "metadata[a]=b").at("metadata")->text_at("a"), "b");
}

TEST_F(Stripe, DisputesStopRefundsAndEndEitherWay) {
  const Json intent = held();
  const std::string charge = intent.text_at("latest_charge");
  const auto dispute = [&](DisputeMove move) { return account.dispute(move, clock.now(), random); };
  EXPECT_EQ(dispute({.charge = charge, .reason = "fraudulent"}).status, 400)
      << "nothing is captured yet";
  post(path_of(intent, "/capture"), "");
  const Reply opened = dispute({.charge = charge, .reason = "fraudulent"});
  ASSERT_EQ(opened.status, 200) << opened.body.dump();
  EXPECT_EQ(dispute({.charge = charge, .reason = "fraudulent"}).status, 400);
  EXPECT_TRUE(happened("charge.dispute.created"));
  EXPECT_EQ(code_of(send("POST", "/v1/refunds", "charge=" + charge)), "charge_disputed");
  const std::string id = opened.body.text_at("id");
  EXPECT_EQ(get("/v1/disputes/" + id).int_at("amount"), 1000);
  EXPECT_EQ(get("/v1/disputes").at("data")->as_array()->size(), 1u);
  EXPECT_EQ(dispute({.dispute = id, .won = true}).body.text_at("status"), "won");
  EXPECT_EQ(send("POST", "/v1/disputes/" + id + "/close").status, 400);
  const Json other = post("/v1/payment_intents",
                          "amount=600&currency=eur&confirm=true&payment_method="
                          "pm_card_createDispute");
  const Reply page = send("GET", "/v1/disputes", "payment_intent=" + other.text_at("id"));
  const std::string second = page.body.at("data", 0)->text_at("id");
  EXPECT_EQ(post("/v1/disputes/" + second + "/close", "").text_at("status"), "lost");
  EXPECT_TRUE(happened("charge.dispute.closed"));
}

TEST_F(Stripe, DeletedCustomersKeysAndEndpointsAreGone) {
  const std::string who = customer();
  const std::string card = attached(who);
  const std::string path = "/v1/customers/" + who;
  EXPECT_EQ(get(path + "/payment_methods/" + card).text_at("id"), card);
  EXPECT_TRUE(is_deleted(send("DELETE", path).body));
  EXPECT_TRUE(is_deleted(get(path)));
  EXPECT_EQ(send("DELETE", path).status, 404);
  EXPECT_EQ(send("POST", path, "name=x").status, 404);
  EXPECT_EQ(send("POST", "/v1/ephemeral_keys", "customer=" + who).status, 400);
  EXPECT_TRUE(get("/v1/payment_methods/" + card).at("customer")->is_null());
  EXPECT_TRUE(get("/v1/customers").at("data")->as_array()->empty());

  const std::string key = post("/v1/ephemeral_keys", "customer=" + customer()).text_at("id");
  EXPECT_EQ(send("DELETE", "/v1/ephemeral_keys/" + key).status, 200);
  EXPECT_EQ(send("DELETE", "/v1/ephemeral_keys/" + key).status, 404);

  const std::string endpoint =
      "/v1/webhook_endpoints/" +
      post("/v1/webhook_endpoints", "url=http://a.b/&enabled_events[]=charge.captured")
          .text_at("id");
  const Json off = post(endpoint, "disabled=true&description=d&enabled_events[]=*");
  EXPECT_EQ(off.text_at("status"), "disabled");
  EXPECT_EQ(off.text_at("description"), "d");
  EXPECT_FALSE(wants_event(off, "charge.captured"));
  EXPECT_EQ(code_of(send("POST", endpoint, "url=ftp://a")), "url_invalid");
  EXPECT_TRUE(is_deleted(send("DELETE", endpoint).body));
  EXPECT_EQ(send("GET", endpoint).status, 404);
  EXPECT_TRUE(get("/v1/webhook_endpoints").at("data")->as_array()->empty());
}

TEST_F(Stripe, TheLedgerTellsWhatWasCapturedLetGoOrDoubled) {
  const auto pay = [&](const std::string& order, const std::string& end) {
    const Json intent = post("/v1/payment_intents",
                             "amount=1000&currency=eur&capture_method=manual&confirm=true"
                             "&payment_method=pm_card_visa&metadata[order_id]=" +
                                 order);
    if (!end.empty()) post(path_of(intent, end), "");
    return intent;
  };
  pay("a", "/capture");
  pay("b", "/cancel");
  pay("b", "/capture");
  pay("c", "");
  pay("d", "/capture");
  const Json twice = pay("d", "/capture");
  send("POST", "/v1/payment_intents",
       "amount=500&currency=eur&confirm=true&payment_method=pm_card_chargeDeclined");
  const Json whole = ledger(account.state());
  EXPECT_EQ(whole.at("charges")->as_array()->size(), 4u);
  EXPECT_EQ(whole.at("holds")->as_array()->size(), 1u);
  EXPECT_EQ(whole.at("voided")->as_array()->size(), 1u);
  EXPECT_EQ(whole.int_at("orders"), 3);
  EXPECT_EQ(whole.int_at("captured"), 4000);
  EXPECT_EQ(whole.int_at("double"), 1);
  EXPECT_EQ(*whole.at("doubles", 0)->as_string(), "d");
  EXPECT_EQ(whole.at("totals")->int_at("declined"), 1);

  std::size_t seen = 0;
  LedgerPage page{.limit = 2, .after = {}, .order = {}};
  for (bool more = true; more;) {
    const auto part = ledger(account.state(), page);
    ASSERT_TRUE(part) << part.error().detail;
    seen += part->at("charges")->as_array()->size() + part->at("holds")->as_array()->size() +
            part->at("voided")->as_array()->size();
    more = *part->at("has_more")->as_bool();
    page.after = part->text_at("last");
  }
  EXPECT_EQ(seen, 6u);
  EXPECT_FALSE(ledger(account.state(), {.limit = 1, .after = "ch_none", .order = {}}));
  const auto of_order = ledger(account.state(), {.limit = -1, .after = {}, .order = "d"});
  EXPECT_EQ(of_order->at("charges")->as_array()->size(), 2u);
  EXPECT_EQ(of_order->at("charges", 1)->text_at("intent"), twice.text_at("id"));
}

TEST_F(Stripe, AStoredErrorIsWhatTheKeyAnswers) {
  const Json intent = held();
  post(path_of(intent, "/capture"), "", "c");
  account.break_saved("c", Json::object({{"error", Json::object({{"type", "api_error"}})}}));
  const Reply again = send("POST", path_of(intent, "/capture"), "", "c");
  EXPECT_EQ(again.status, 500);
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(get(path_of(intent)).text_at("status"), "succeeded");
}

TEST_F(Stripe, TakesAnyVersionThatIsOne) {
  const auto status = [&](const std::string& version) {
    const Call call{.method = "GET",
                    .path = "/v1/customers",
                    .authorization = "Bearer sk_test_x",
                    .stripe_version = version};
    return account.call(call, clock.now(), random).status;
  };
  for (const char* good : {"", "2022-11-15", "2026-10-29.name"}) EXPECT_EQ(status(good), 200);
  for (const char* bad : {"latest", "2022-11-1", "2022-11-15x", "20221115"}) {
    EXPECT_EQ(status(bad), 400) << bad;
  }
}

}  // namespace
}  // namespace trayline::stripe_sim
