// What people decide about orders, from the request to the provider's ledger; and stock.
#include <gtest/gtest.h>

#include "lib/base/encoding.hpp"
#include "lib/wire/catalogue.hpp"
#include "tests/scenarios/asking.hpp"

namespace trayline::scenarios {
namespace {

class Machine : public testing::Test, protected Asking {
 protected:
  OrderId place(const std::string& who, const story::Items& items) {
    EXPECT_TRUE(world.join(who, "visa"));
    EXPECT_TRUE(world.order(who, items));
    return *world.order_id(who);
  }
  OrderId basket_on_screen() { return world.edge->shown().order.value_or(OrderId()); }
};

TEST_F(Machine, ACustomerSettlesAMismatchForLess) {
  const OrderId id = place("ann", {{Sku("tomato-soup"), 1}, {Sku("bread-roll"), 2}});
  ASSERT_TRUE(world.put_tray({{Sku("tomato-soup"), 1}, {Sku("bread-roll"), 1}}, "ann"));
  EXPECT_EQ(state(id), "mismatch");
  Request request = of(id);
  request.body = R"({"accept":"tray"})";
  EXPECT_EQ(type_of(ask("POST", "/v1/orders/{id}/settle", request)), "precondition_required");
  request.if_match = "\"1\"";
  const host::Answer stale = ask("POST", "/v1/orders/{id}/settle", request);
  EXPECT_EQ(type_of(stale), "precondition_failed");
  EXPECT_EQ("\"" + stale.etag + "\"", tag(id)) << "the tag to go on with";
  request.if_match = tag(id);
  EXPECT_EQ(type_of(ask("POST", "/v1/orders/{id}/settle", request)), "");
  world.settle();
  EXPECT_EQ(state(id), "paid");
  EXPECT_EQ(charged_minor(id), 550 + 120);
  EXPECT_EQ(world.charges("ann")->times, 1);
  EXPECT_EQ(world.edge->shown().status, "paid");
}

TEST_F(Machine, AReviewIsSettledByStaffFromTheirQueue) {
  const OrderId id = place("ann", {{Sku("apple"), 1}});
  wire::Prediction p = world.edge->see({{Sku("apple"), 1}}, {});  // nobody's, and forgotten
  p.id = PredictionId(uuid7(world.clock.now(), world.random));
  p.visit = VisitId(uuid7(world.clock.now(), world.random));
  p.codes = {*world.code_of("ann")};
  p.visit_uncertain = true;
  world.post(host::to<wire::orders::In>(wire::orders::kService, wire::orders::TraySeen{p, "h"}));
  world.run_now();
  ASSERT_EQ(state(id), "review");
  Request mine = of(id);
  mine.body = R"({"accept":"tray"})";
  mine.if_match = tag(id);
  EXPECT_EQ(type_of(ask("POST", "/v1/orders/{id}/settle", mine)), "tray_unclear");
  EXPECT_EQ(charged_minor(id), 0);
  Request staff = by_staff(id, R"({"accept":"order","reason":"counted by hand"})");
  staff.if_match = tag(id);
  EXPECT_EQ(type_of(ask("POST", "/v1/orders/{id}/settle", staff)), "");
  world.settle();
  EXPECT_EQ(state(id), "paid");
  EXPECT_EQ(charged_minor(id), 90);
}

TEST_F(Machine, BadSettlementsAreNamed) {
  const OrderId id = place("ann", {{Sku("apple"), 1}});
  for (const std::string body :
       {R"({})", R"({"accept":"order"})", R"({"accept":"all"})", R"({"accept":"tray","lines":[]})",
        R"({"lines":[{"sku":"apple","quantity":1}]})"}) {
    Request request = of(id);
    request.body = body;
    request.if_match = tag(id);
    EXPECT_EQ(type_of(ask("POST", "/v1/orders/{id}/settle", request)), "invalid_order") << body;
  }
}

TEST_F(Machine, EditsNeedTheVersionThatWasRead) {
  const OrderId id = place("ann", {{Sku("apple"), 3}});
  Request request = of(id);
  request.body = R"({"lines":[{"sku":"apple","quantity":1}]})";
  EXPECT_EQ(type_of(ask("PATCH", "/v1/orders/{id}", request)), "precondition_required");
  for (const std::string bad : {"\"99\"", "2", "W/\"2\"", "\"\"", "\"x\"", "\"0\""}) {
    request.if_match = bad;
    EXPECT_EQ(type_of(ask("PATCH", "/v1/orders/{id}", request)), "precondition_failed") << bad;
  }
  request.if_match = tag(id);
  const host::Answer edited = ask("PATCH", "/v1/orders/{id}", request);
  ASSERT_EQ(type_of(edited), "");
  EXPECT_EQ("\"" + edited.etag + "\"", tag(id));
  EXPECT_EQ(order(id).total.minor, 90);
  EXPECT_EQ(order(id).lines.size(), 1U);
  request.user = "bob";
  EXPECT_EQ(type_of(ask("PATCH", "/v1/orders/{id}", request)), "order_not_found");
  ASSERT_TRUE(world.put_tray({{Sku("apple"), 1}}, "ann"));
  world.settle();
  EXPECT_EQ(charged_minor(id), 90) << "of the 270 that were held";
}

TEST_F(Machine, TheHistoryNamesWhoAndHidesStaffFromTheCustomer) {
  const OrderId id = place("ann", {{Sku("apple"), 1}});
  EXPECT_EQ(type_of(ask("POST", "/v1/orders/{id}/cancel", by_staff(id))), "");
  const auto who = [&](const Request& request) {
    std::vector<std::string> all;
    const host::Answer answer = ask("GET", "/v1/orders/{id}/history", request);
    for (const Json& step : *answer.body.at("data")->as_array()) {
      all.push_back(step.text_at("event") + " " + step.text_at("who"));
    }
    return all;
  };
  EXPECT_EQ(who(by_staff(id)),
            (std::vector<std::string>{"place customer:ann", "hold_authorised system",
                                      "cancel staff:chef"}));
  EXPECT_EQ(who(of(id)),
            (std::vector<std::string>{"place customer", "hold_authorised system", "cancel staff"}));
  EXPECT_EQ(type_of(ask("GET", "/v1/orders/{id}/history", of(id, "bob"))), "order_not_found");
}

TEST_F(Machine, RefundsAreKeptAndShown) {
  const OrderId id = place("ann", {{Sku("apple"), 1}});
  EXPECT_EQ(type_of(ask("POST", "/v1/orders/{id}/refunds", by_staff(id))), "not_paid");
  ASSERT_TRUE(world.put_tray({{Sku("apple"), 1}}, "ann"));
  world.settle();
  ASSERT_EQ(state(id), "paid");
  EXPECT_EQ(type_of(ask("POST", "/v1/orders/{id}/refunds", by_staff(id, R"({"amount_minor":91})"))),
            "refund_too_large");
  const host::Answer part =
      ask("POST", "/v1/orders/{id}/refunds", by_staff(id, R"({"amount_minor":40})"));
  ASSERT_EQ(part.status, 201);
  const auto done = [&](const std::string& refund, std::int64_t minor, std::int64_t sum) {
    world.post(host::to<wire::orders::In>(
        wire::orders::kService,
        wire::orders::RefundResult{id, RefundId(refund), wire::orders::RefundOutcome::refunded,
                                   minor, sum, 90, ""}));
    world.run_now();
  };
  done(part.body.text_at("id"), 40, 40);
  EXPECT_EQ(state(id), "paid");
  EXPECT_EQ(order(id).refunded_minor, 40);
  const host::Answer rest = ask("POST", "/v1/orders/{id}/refunds", by_staff(id, "{}"));
  EXPECT_EQ(rest.body.int_at("amount_minor"), 50);
  done(rest.body.text_at("id"), 50, 90);
  done(rest.body.text_at("id"), 50, 90);
  EXPECT_EQ(state(id), "refunded");
  const host::Answer shown = ask("GET", "/v1/orders/{id}", of(id));
  EXPECT_EQ(shown.body.int_at("refunded_minor"), 90);
  const host::Answer list = ask("GET", "/v1/orders/{id}/refunds", of(id));
  ASSERT_EQ(list.body.at("data")->as_array()->size(), 2U);
  for (const Json& refund : *list.body.at("data")->as_array()) {
    EXPECT_EQ(refund.text_at("state"), "refunded");
    EXPECT_EQ(refund.at("who"), nullptr) << "the customer does not see who";
  }
}

TEST_F(Machine, StaffSeesTheQueueOldestFirst) {
  std::vector<std::string> ids;
  for (const std::string who : {"ann", "bob", "cora"}) {
    ids.push_back(place(who, {{Sku("apple"), 1}}).value);
    ASSERT_TRUE(world.put_tray({{Sku("coffee"), 1}}, who));
    world.clock.advance(Millis(5));
  }
  std::vector<std::string> seen;
  Request request{.query = {{"limit", "2"}}, .groups = {"staff"}};
  for (int page = 0; page < 2; ++page) {
    const host::Answer answer = ask("GET", "/v1/staff/orders", request);
    for (const Json& one : *answer.body.at("data")->as_array()) seen.push_back(one.text_at("id"));
    request.query["cursor"] = answer.body.text_at("next_cursor");
  }
  EXPECT_EQ(seen, ids);
  request.query = {{"state", "review"}};
  EXPECT_TRUE(ask("GET", "/v1/staff/orders", request).body.at("data")->as_array()->empty());
  for (const std::string bad : {"", "review,", "eaten", "review,paid"}) {
    request.query = {{"state", bad}};
    EXPECT_EQ(type_of(ask("GET", "/v1/staff/orders", request)), "invalid_state") << bad;
  }
}

TEST_F(Machine, AWalkUpTrayIsPaidOnce) {
  world.settings->walk_up = {SiteId("main")};
  ASSERT_TRUE(world.join("ann", "visa"));
  ASSERT_TRUE(world.put_tray({{Sku("apple"), 2}}, std::nullopt));
  const OrderId id = basket_on_screen();
  ASSERT_EQ(state(id), "basket");
  EXPECT_EQ(ask("GET", "/v1/baskets/{id}", of(id)).body.at("total")->int_at("amount_minor"), 180);
  EXPECT_EQ(type_of(ask("GET", "/v1/orders/{id}", of(id))), "order_not_found") << "nobody's yet";
  EXPECT_EQ(type_of(ask("POST", "/v1/baskets/{id}/bind", of(id))), "");
  EXPECT_EQ(type_of(ask("POST", "/v1/baskets/{id}/bind", of(id, "bob"))), "basket_not_found");
  ASSERT_TRUE(world.nudge_tray());
  world.settle();
  EXPECT_EQ(state(id), "paid");
  EXPECT_EQ(order(id).total, (Money{180, *Currency::parse("EUR")})) << "kept, not only decided";
  EXPECT_EQ(charged_minor(id), 180);
  EXPECT_EQ(world.edge->shown().status, "paid");
  EXPECT_EQ(type_of(ask("GET", "/v1/baskets/{id}", of(id))), "basket_not_found");
}

TEST_F(Machine, AWalkUpTrayIsPaidByTheCodeBesideIt) {
  world.settings->walk_up = {SiteId("main")};
  ASSERT_TRUE(world.join("ann", "visa"));
  const std::string code = ask("GET", "/v1/me/code", {}).body.text_at("code");
  world.edge->begin_visit();
  world.edge->see({{Sku("coffee"), 1}}, {code});
  world.settle();
  const OrderId id = basket_on_screen();
  EXPECT_EQ(state(id), "paid");
  EXPECT_EQ(order(id).user, UserId("ann"));
  EXPECT_EQ(charged_minor(id), 250);
}

TEST_F(Machine, ABasketThatNobodyTakesExpires) {
  world.settings->walk_up = {SiteId("main")};
  ASSERT_TRUE(world.put_tray({{Sku("apple"), 2}}, std::nullopt));
  const OrderId id = basket_on_screen();
  world.clock.advance(world.settings->basket_ttl + Millis(1));
  world.settle();
  EXPECT_EQ(state(id), "expired");
  EXPECT_TRUE(world.provider.charges().empty());
  EXPECT_EQ(type_of(ask("POST", "/v1/baskets/{id}/bind", of(id))), "basket_closed");
}

class Stock : public testing::Test, protected Asking {
 protected:
  void count(const std::string& sku, const std::string& left) {
    Request request{.user = "chef",
                    .params = {{"site", "main"}, {"sku", sku}},
                    .body = R"({"left":)" + left + R"(,"reason":"counted"})",
                    .groups = {"staff"}};
    EXPECT_EQ(type_of(ask("PUT", "/v1/sites/{site}/items/{sku}/stock", request)), "");
  }
  std::int64_t left(const std::string& sku) {
    const host::Answer menu = ask("GET", "/v1/menu", {.query = {{"site", "main"}}});
    for (const Json& item : *menu.body.at("items")->as_array()) {
      if (item.text_at("sku") == sku) return item.int_at("left");
    }
    return -1;
  }
  // Everybody wants one; in batches of at most `together`. How many got one.
  int buy(int buyers, int together) {
    int won = 0;
    int lost = 0;
    for (int i = 0; i < buyers; ++i) {
      wire::catalogue::Quote quote;
      quote.order = OrderId(uuid7(world.clock.now(), world.random));
      quote.user = UserId("buyer-" + std::to_string(i));
      std::array<std::uint8_t, 8> code{};
      world.random.fill(code);
      quote.code = to_hex(code);
      quote.site = SiteId("main");
      quote.lines = {{Sku("apple"), 1}};
      EXPECT_TRUE(world.host().ask(host::to<wire::catalogue::In>(wire::catalogue::kService, quote),
                                   [&](const host::Answer& a) {
                                     ++(a.problem ? lost : won);
                                     EXPECT_EQ(type_of(a), a.problem ? "out_of_stock" : "");
                                   }));
      if (i % together == together - 1) world.run_now();
    }
    world.run_now();
    EXPECT_EQ(won + lost, buyers);
    return won;
  }
};

TEST_F(Stock, OfTwoHundredBuyersOfTheLastOneOneWins) {
  for (const int together : {200, 64, 1}) {
    count("apple", "1");
    EXPECT_EQ(buy(200, together), 1) << together << " at a time";
    EXPECT_EQ(left("apple"), 0);
  }
  count("apple", "7");
  EXPECT_EQ(buy(200, 200), 7);
  count("apple", "null");
  EXPECT_EQ(buy(10, 3), 10) << "nobody counts any more";
}

TEST_F(Stock, ComesBackWithWhatEndsWithoutACharge) {
  count("apple", "5");
  ASSERT_TRUE(world.join("ann", "visa"));
  ASSERT_TRUE(world.order("ann", {{Sku("apple"), 3}}));
  const OrderId id = *world.order_id("ann");
  EXPECT_EQ(left("apple"), 2);
  Request edit = of(id);
  edit.body = R"({"lines":[{"sku":"apple","quantity":6}]})";
  edit.if_match = tag(id);
  EXPECT_EQ(type_of(ask("PATCH", "/v1/orders/{id}", edit)), "out_of_stock");
  EXPECT_EQ(left("apple"), 2);
  edit.body = R"({"lines":[{"sku":"apple","quantity":2}]})";
  edit.if_match = "\"1\"";
  EXPECT_EQ(type_of(ask("PATCH", "/v1/orders/{id}", edit)), "precondition_failed");
  EXPECT_EQ(left("apple"), 2) << "what the refused edit moved is moved back";
  edit.if_match = tag(id);
  EXPECT_EQ(type_of(ask("PATCH", "/v1/orders/{id}", edit)), "");
  EXPECT_EQ(left("apple"), 3);
  EXPECT_EQ(type_of(ask("POST", "/v1/orders/{id}/cancel", of(id))), "");
  EXPECT_EQ(left("apple"), 5);
  ASSERT_TRUE(world.order("ann", {{Sku("apple"), 1}}));
  world.clock.advance(world.settings->order_ttl + Millis(1));
  world.settle();
  EXPECT_EQ(left("apple"), 5) << "an order that was not picked up";
}

TEST_F(Stock, BadCountsAreNamed) {
  for (const std::string body :
       {R"({"left":-1,"reason":"x"})", R"({"left":1.5,"reason":"x"})", R"({"left":1})",
        R"({"left":1,"reason":""})", R"({"left":1000001,"reason":"x"})"}) {
    const Request request{.params = {{"site", "main"}, {"sku", "apple"}}, .body = body};
    EXPECT_EQ(type_of(ask("PUT", "/v1/sites/{site}/items/{sku}/stock", request)), "invalid_count")
        << body;
  }
  const Request request{.params = {{"site", "main"}, {"sku", "stone"}},
                        .body = R"({"left":1,"reason":"x"})"};
  EXPECT_EQ(type_of(ask("PUT", "/v1/sites/{site}/items/{sku}/stock", request)), "unknown_item");
}

}  // namespace
}  // namespace trayline::scenarios
