// What staff sees of an order and of the store, and the names that they give to what the camera was
// unsure of: through the routes.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/scenarios/asking.hpp"

namespace trayline::scenarios {
namespace {

class Staff : public testing::Test, protected Asking {
 protected:
  // An order of an apple and a roll whose tray has the roll and something unknown.
  OrderId in_doubt() {
    EXPECT_TRUE(world.join("ann", "visa"));
    EXPECT_TRUE(world.order("ann", {{Sku("apple"), 1}, {Sku("bread-roll"), 1}}));
    const OrderId id = *world.order_id("ann");
    wire::Prediction p = world.edge->see({{Sku("bread-roll"), 1}, {Sku("apple"), 1}}, {});
    p.id = PredictionId(uuid7(world.clock.now(), world.random));
    p.visit = VisitId(uuid7(world.clock.now(), world.random));
    p.codes = {*world.code_of("ann")};
    for (wire::SeenItem& item : p.items) {
      if (item.sku.value != "apple") continue;
      item.sku = Sku(std::string(wire::kUnknownSku));
      item.score = 0.3;
      item.runners_up = {{Sku("apple"), 0.4}, {Sku("orange-juice"), 0.2}};
    }
    p.verdict = wire::Verdict::unknown;
    tray = p;
    world.post(host::to<wire::orders::In>(wire::orders::kService, wire::orders::TraySeen{p, "h"}));
    world.run_now();
    EXPECT_EQ(state(id), "review");
    return id;
  }
  int unknown_at() const {
    for (std::size_t i = 0; i < tray.items.size(); ++i) {
      if (tray.items[i].sku.value == wire::kUnknownSku) return static_cast<int>(i);
    }
    return -1;
  }
  std::string naming(const std::string& sku, int at) const {
    return R"({"prediction":")" + tray.id.value + R"(","items":[{"at":)" + std::to_string(at) +
           R"(,"sku":")" + sku + R"("}]})";
  }
  host::Answer name(const OrderId& id, const std::string& body, const std::string& read = {}) {
    Request request = by_staff(id, body);
    request.if_match = read.empty() ? tag(id) : read;
    return ask("POST", "/v1/orders/{id}/name-items", request);
  }
  std::vector<std::string> listed(const std::string& pattern, const Request& request,
                                  const std::string& member) {
    const host::Answer answer = ask("GET", pattern, request);
    EXPECT_EQ(type_of(answer), "") << pattern;
    std::vector<std::string> all;
    if (answer.body.at("data") == nullptr) return all;
    for (const Json& one : *answer.body.at("data")->as_array()) all.push_back(one.text_at(member));
    return all;
  }

  wire::Prediction tray;
};

TEST_F(Staff, NamesWhatTheCameraDidNotKnowAndTheOrderGoesOn) {
  const OrderId id = in_doubt();
  EXPECT_EQ(charged_minor(id), 0);
  const host::Answer seen = ask("GET", "/v1/orders/{id}/tray", by_staff(id));
  ASSERT_EQ(type_of(seen), "");
  EXPECT_EQ(seen.body.text_at("prediction"), tray.id.value);
  EXPECT_EQ(seen.body.at("items", unknown_at(), "runners_up", 0)->text_at("sku"), "apple");
  const host::Answer named = name(id, naming("apple", unknown_at()));
  ASSERT_EQ(type_of(named), "") << named.problem->detail;
  world.settle();
  EXPECT_EQ(state(id), "paid");
  EXPECT_EQ(world.charges("ann")->times, 1);
  EXPECT_EQ(world.edge->shown().status, "paid");
}

TEST_F(Staff, NamesSomethingElseAndTheTrayIsAMismatch) {
  const OrderId id = in_doubt();
  ASSERT_EQ(type_of(name(id, naming("orange-juice", unknown_at()))), "");
  world.settle();
  EXPECT_EQ(state(id), "mismatch");
  EXPECT_EQ(order(id).difference.extra, (std::vector<wire::SkuCount>{{Sku("orange-juice"), 1}}));
  EXPECT_EQ(charged_minor(id), 0);
}

TEST_F(Staff, BadNamesAreNamed) {
  const OrderId id = in_doubt();
  const int at = unknown_at();
  struct Case {
    std::string body;
    const char* type;
  };
  for (const Case& c :
       {Case{"{}", "invalid_names"}, Case{naming("unknown", at), "invalid_names"},
        Case{naming("apple", 7), "invalid_names"}, Case{naming("apple", -1), "invalid_names"},
        Case{naming("apple", 1 - at), "invalid_names"},
        Case{R"({"prediction":"p","items":[]})", "tray_unclear"}}) {
    EXPECT_EQ(type_of(name(id, c.body)), c.type) << c.body;
  }
  EXPECT_EQ(type_of(name(id, naming("apple", at), "\"1\"")), "precondition_failed");
  EXPECT_EQ(state(id), "review");
  ASSERT_EQ(type_of(name(id, naming("apple", at))), "");
  world.settle();
  EXPECT_EQ(type_of(name(id, naming("apple", at))), "nothing_to_name");
}

TEST_F(Staff, SeesTheMoneyTheNewsAndTheScreenOfAnOrder) {
  const OrderId id = in_doubt();
  ASSERT_EQ(type_of(name(id, naming("apple", unknown_at()))), "");
  world.settle();
  Request site = by_staff(id);
  site.query = {{"site", "main"}};
  EXPECT_EQ(listed("/v1/staff/board", site, "id"), std::vector<std::string>{id.value});
  site.query = {};
  EXPECT_EQ(type_of(ask("GET", "/v1/staff/board", site)), "site_required");
  const auto kinds = listed("/v1/orders/{id}/ledger", by_staff(id), "kind");
  EXPECT_FALSE(kinds.empty());
  auto news = listed("/v1/orders/{id}/news", by_staff(id), "status");
  std::sort(news.begin(), news.end());  // all of one moment here
  EXPECT_EQ(news, (std::vector<std::string>{"authorised", "paid", "review"}));
  const auto screens = listed("/v1/screens", by_staff(id), "screen");
  EXPECT_FALSE(screens.empty());
  const auto painted = listed("/v1/orders/{id}/shown", by_staff(id), "status");
  ASSERT_FALSE(painted.empty());
  EXPECT_EQ(painted.back(), "paid");
}

TEST_F(Staff, ADeclinedCardIsNobodysBusinessButItsOwners) {
  ASSERT_TRUE(world.join("ann", "declined"));
  ASSERT_TRUE(world.order("ann", {{Sku("apple"), 1}}));
  EXPECT_TRUE(world.until([&] { return *world.order_state("ann") == "declined"; }));
  ASSERT_TRUE(world.put_tray({{Sku("apple"), 1}}, "ann"));
  world.settle();
  const wire::ScreenState& shown = world.edge->shown();
  EXPECT_EQ(shown.status, "see_phone");
  EXPECT_TRUE(shown.lines.empty());
  EXPECT_FALSE(shown.total);
}

}  // namespace
}  // namespace trayline::scenarios
