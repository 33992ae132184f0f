// Trays that are set down before anything was ordered, and customers' own codes.
#include "cloud/orders/basket.hpp"

#include <gtest/gtest.h>

#include "cloud/orders/test_orders.hpp"

namespace trayline::orders {
namespace {

class BasketTest : public testing::Test, protected OneOrder {
 protected:
  BasketTest() {
    settings.walk_up = {SiteId("main")};
    snapshot.orders.clear();
    snapshot.by_code.clear();
  }
  wire::orders::TraySeen walk_up(std::vector<std::pair<std::string, int>> items,
                                 const std::string& customer = "") {
    auto seen = tray(std::move(items), false);
    if (!customer.empty()) {
      seen.prediction.codes = {sign_customer({UserId(customer), now + 1min}, "key")};
    }
    return seen;
  }
  // What the catalogue answers.
  Decision price(const Decision& looked, std::int64_t price_minor = 500) {
    const auto quote = quotes(looked).at(0);
    wire::orders::Revise r{quote.order, wire::orders::Purpose::basket, quote.revision->who,
                           quote.revision->version};
    r.total = {0, *Currency::parse("EUR")};
    for (const wire::SkuCount& item : quote.lines) {
      r.lines.push_back({item.sku, item.sku.value, item.count, price_minor});
      r.total.minor += item.count * price_minor;
    }
    return revised(r);
  }
  Decision revised(const wire::orders::Revise& r) {
    Decision d = decide_revise(snapshot, settings, r, 0, now);
    if (d.changed) put(*d.changed);
    return d;
  }
  Order& basket() { return snapshot.orders.begin()->second; }
  Decision bind(const std::string& user) {
    Decision d = decide_bind(snapshot, settings, {basket().id, UserId(user), Means::card}, 3, now);
    if (d.changed) put(*d.changed);
    return d;
  }
};

TEST_F(BasketTest, ASureTrayBecomesABasket) {
  const Decision d = see(walk_up({{"soup", 1}, {"roll", 2}}));
  ASSERT_TRUE(d.placed);
  EXPECT_EQ(d.placed->state, State::basket);
  EXPECT_TRUE(d.placed->user.empty());
  EXPECT_TRUE(is_uuid7(d.placed->id.value));
  EXPECT_EQ(acks(d).at(0).ack.order, d.placed->id);
  EXPECT_EQ(d.kept->fate, "open");
  const Decision priced = price(d);
  EXPECT_EQ(basket().total.minor, 1500);
  EXPECT_EQ(basket().lines.size(), 2U);
  EXPECT_TRUE(holds(priced).empty() && captures(priced).empty()) << "it is nobody's";
  EXPECT_TRUE((sent<wire::push::Notify, wire::push::In>(priced)).empty());
}

TEST_F(BasketTest, WithoutLeaveNoTrayBecomesABasket) {
  settings.walk_up.clear();
  const Decision d = see(walk_up({{"soup", 1}}));
  EXPECT_FALSE(d.placed);
  EXPECT_EQ(shown(d), "review");
}

TEST_F(BasketTest, AnUnsureTrayGoesToAPerson) {
  auto low = walk_up({{"soup", 1}});
  low.prediction.items[0].score = 0.4;
  auto review = walk_up({{"soup", 1}});
  review.prediction.verdict = wire::Verdict::review;
  auto uncertain = walk_up({{"soup", 1}});
  uncertain.prediction.visit_uncertain = true;
  auto unknown = walk_up({{"unknown", 1}});
  auto coded = walk_up({{"soup", 1}});
  coded.prediction.codes = {sign_token({"0011223344556677", now - 1h}, "key")};
  for (const auto& seen : {low, review, uncertain, unknown, coded, walk_up({})}) {
    const Decision d = see(seen);
    EXPECT_FALSE(d.placed);
    EXPECT_EQ(shown(d), "review");
    EXPECT_EQ(d.kept->fate, "closed");
  }
}

TEST_F(BasketTest, WhatIsNotSoldIsShownToAPerson) {
  const auto quote = quotes(see(walk_up({{"stone", 1}}))).at(0);
  wire::orders::Revise r{quote.order, wire::orders::Purpose::basket, quote.revision->who,
                         quote.revision->version};
  r.refused = "unknown_item";
  r.lines = {{Sku("stone"), "stone", 1, 0}};
  const Decision d = revised(r);
  EXPECT_EQ(basket().state, State::cancelled);
  EXPECT_EQ(shown(d), "review");
  EXPECT_TRUE(voids(d).empty()) << "nothing was held";
  EXPECT_TRUE(back(d).empty()) << "nothing was taken";
}

TEST_F(BasketTest, AnotherLookPricesItAnew) {
  const Decision first = see(walk_up({{"soup", 1}}));
  const Decision second = see(walk_up({{"soup", 1}, {"roll", 1}}));
  EXPECT_FALSE(second.placed) << "of one visit there is one basket";
  EXPECT_FALSE(price(first).changed) << "prices of the first look";
  price(second);
  EXPECT_EQ(basket().total.minor, 1000);
  EXPECT_EQ(basket().state, State::basket);
  auto unsure = walk_up({{"soup", 1}});
  unsure.prediction.items[0].score = 0.4;
  const Decision last = see(unsure);
  EXPECT_EQ(basket().state, State::cancelled);
  EXPECT_EQ(shown(last), "review");
  const Decision anew = see(walk_up({{"soup", 1}}));
  EXPECT_TRUE(anew.placed) << "a sure look makes another one";
}

// The tray that grew and the customer's wish come in one batch: nobody pays the old lines.
TEST_F(BasketTest, AnotherLookIsNotTakenAtTheOldPrices) {
  price(see(walk_up({{"soup", 1}})));
  const Decision second = see(walk_up({{"soup", 1}, {"roll", 1}}));
  EXPECT_TRUE(second.relined);
  EXPECT_TRUE(basket().lines.empty());
  EXPECT_EQ(basket().total.minor, 0);
  const Decision early = bind("ann");
  EXPECT_EQ(refused(early), "basket_closed");
  EXPECT_TRUE(holds(early).empty());
  price(second);
  EXPECT_EQ(holds(bind("ann")).at(0).amount.minor, 1000);
}

TEST_F(BasketTest, TheFirstCustomerTakesIt) {
  const Decision seen = see(walk_up({{"soup", 1}}));
  EXPECT_EQ(refused(bind("ann")), "basket_closed") << "it has no prices yet";
  price(seen);
  const Decision d = bind("ann");
  ASSERT_EQ(holds(d).size(), 1U);
  EXPECT_EQ(holds(d)[0].amount.minor, 500);
  EXPECT_EQ(holds(d)[0].user, UserId("ann"));
  EXPECT_EQ(back(d), (std::map<std::string, std::int64_t>{{"soup", -1}})) << "taken now";
  EXPECT_EQ(basket().state, State::placed);
  EXPECT_EQ(refused(bind("bob")), "basket_not_found");
  EXPECT_EQ(refused(bind("ann")), "") << "the same answer again";
  const Decision held = hear({basket().id, wire::orders::HoldOutcome::authorised, 500, ""});
  ASSERT_EQ(captures(held).size(), 1U);
  EXPECT_EQ(captures(held)[0].amount.minor, 500);
}

TEST_F(BasketTest, ACustomersCodeTakesItAtOnce) {
  const Decision d = price(see(walk_up({{"soup", 1}}, "ann")));
  EXPECT_EQ(basket().state, State::placed);
  EXPECT_EQ(basket().user, UserId("ann"));
  EXPECT_EQ(holds(d).size(), 1U);
}

TEST_F(BasketTest, ACodeBesideABasketTakesIt) {
  price(see(walk_up({{"soup", 1}})));
  const Decision d = price(see(walk_up({{"soup", 1}}, "ann")));
  EXPECT_EQ(snapshot.orders.size(), 1U);
  EXPECT_EQ(basket().user, UserId("ann"));
  EXPECT_EQ(holds(d).size(), 1U);
}

TEST_F(BasketTest, ExpiredAndMixedCodesAreNobodys) {
  auto expired = walk_up({{"soup", 1}});
  expired.prediction.codes = {sign_customer({UserId("ann"), now - 1s}, "key")};
  EXPECT_TRUE(see(expired).placed->user.empty());
  auto mixed = walk_up({{"soup", 1}});
  mixed.prediction.visit = VisitId("visit-2");
  mixed.prediction.codes = {sign_customer({UserId("ann"), now + 1min}, "key"),
                            sign_customer({UserId("bob"), now + 1min}, "key")};
  EXPECT_TRUE(see(mixed).placed->user.empty());
}

TEST_F(BasketTest, ACustomersCodeFindsTheirOrder) {
  Order mine;
  mine.id = OrderId("o1");
  mine.code = "0011223344556677";
  mine.user = UserId("ann");
  mine.site = SiteId("main");
  mine.state = State::authorised;
  mine.total = {500, *Currency::parse("EUR")};
  mine.hold_minor = 500;
  mine.lines = {{Sku("soup"), "Soup", 1, 500}};
  put(mine);
  const Snapshot one = snapshot;
  EXPECT_EQ(captures(see(walk_up({{"soup", 1}}, "ann"))).size(), 1U);
  snapshot = one;
  EXPECT_TRUE(see(walk_up({{"soup", 1}}, "bob")).placed) << "bob has ordered nothing";

  snapshot = one;
  Order second = mine;
  second.id = OrderId("o2");
  second.code = "7766554433221100";
  second.lines = {{Sku("roll"), "Roll", 1, 500}};
  put(second);
  const Snapshot two = snapshot;
  EXPECT_EQ(captures(see(walk_up({{"roll", 1}}, "ann"))).size(), 1U) << "the one that it matches";
  EXPECT_EQ(snapshot.orders.at(OrderId("o2")).state, State::capturing);
  snapshot = two;
  const Decision unclear = see(walk_up({{"soup", 3}}, "ann"));
  EXPECT_TRUE(captures(unclear).empty());
  EXPECT_FALSE(unclear.placed);
  EXPECT_EQ(shown(unclear), "review");
}

TEST_F(BasketTest, OfMoreOpenOrdersThanAreLookedAtAPersonChooses) {
  settings.customer_open_max = 2;
  Order mine;
  mine.id = OrderId("o1");
  mine.code = "0011223344556677";
  mine.user = UserId("ann");
  mine.site = SiteId("main");
  mine.state = State::authorised;
  mine.total = {500, *Currency::parse("EUR")};
  mine.hold_minor = 500;
  mine.lines = {{Sku("soup"), "Soup", 1, 500}};
  put(mine);
  const Snapshot before = snapshot;
  snapshot.open_of[{UserId("ann"), SiteId("main")}] = 2;
  EXPECT_EQ(captures(see(walk_up({{"soup", 1}}, "ann"))).size(), 1U);
  snapshot = before;
  snapshot.open_of[{UserId("ann"), SiteId("main")}] = 3;
  const Decision unclear = see(walk_up({{"soup", 1}}, "ann"));
  EXPECT_TRUE(captures(unclear).empty()) << "one that was not looked at could fit as well";
  EXPECT_FALSE(unclear.placed);
  EXPECT_EQ(shown(unclear), "review");
}

TEST_F(BasketTest, AnExpiredBasketHoldsNothing) {
  price(see(walk_up({{"soup", 1}})));
  const Decision d = decide_expire(snapshot, settings, {basket().id}, now);
  ASSERT_TRUE(d.changed);
  EXPECT_EQ(d.changed->state, State::expired);
  EXPECT_TRUE(voids(d).empty());
  EXPECT_TRUE(back(d).empty());
}

}  // namespace
}  // namespace trayline::orders
