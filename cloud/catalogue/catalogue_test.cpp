// Prices and menus: decisions as tables, then on a host with a store, then the routes.
#include "cloud/catalogue/catalogue.hpp"

#include <gtest/gtest.h>

#include "cloud/catalogue/service.hpp"
#include "cloud/catalogue/sql.hpp"
#include "lib/host/host.hpp"
#include "lib/store/sqlite.hpp"
#include "lib/wire/orders.hpp"

namespace trayline::catalogue {
namespace {

using wire::catalogue::In;
using wire::catalogue::Item;
using wire::catalogue::LoadMenu;
using wire::catalogue::Quote;
using wire::catalogue::SetStock;
using wire::orders::Place;
using wire::orders::Purpose;

Currency eur() { return *Currency::parse("EUR"); }

const Time kNow = from_ms(1'700'000'000'000);  // a Tuesday, 22:13:20 UTC

Quote quote_of(std::vector<wire::SkuCount> lines, const std::string& site = "mensa") {
  return {OrderId("o-1"), UserId("u-1"),    "0011223344556677",
          SiteId(site),   std::move(lines), std::nullopt};
}

Snapshot menu_of_mensa() {
  Snapshot s;
  const SiteId mensa("mensa");
  s.sites[mensa] = {"Mensa", eur(), "v1"};
  s.items[{mensa, Sku("soup")}] = {"Soup", 350, true};
  s.items[{mensa, Sku("bread")}] = {"Bread", 60, true};
  s.items[{mensa, Sku("gold")}] = {"Gold", kTotalMinorMax, true};
  s.items[{mensa, Sku("gone")}] = {"Gone", 100, false};
  return s;
}

const Place* place_in(const host::Output& out) {
  if (out.messages.size() != 1) return nullptr;
  const auto* in = std::any_cast<wire::orders::In>(&out.messages[0].body);
  return in == nullptr ? nullptr : std::get_if<Place>(in);
}

TEST(Quote, BecomesAnOrderWithNamesAndPrices) {
  const Decision d =
      decide_quote(menu_of_mensa(), quote_of({{Sku("soup"), 2}, {Sku("bread"), 1}}), 7, kNow);
  const Place* place = place_in(d.out);
  ASSERT_NE(place, nullptr);
  EXPECT_EQ(d.out.messages[0].service, "orders");
  EXPECT_EQ(d.out.messages[0].request, 7U) << "orders answers who asked";
  EXPECT_EQ(place->order, OrderId("o-1"));
  EXPECT_EQ(place->user, UserId("u-1"));
  EXPECT_EQ(place->code, "0011223344556677");
  EXPECT_EQ(place->menu_version, "v1");
  EXPECT_EQ(place->total, (Money{760, eur()}));
  const std::vector<wire::orders::Line> lines{{Sku("soup"), "Soup", 2, 350},
                                              {Sku("bread"), "Bread", 1, 60}};
  EXPECT_EQ(place->lines, lines);
  EXPECT_TRUE(d.out.replies.empty());
}

TEST(Quote, MergesLinesOfOneItem) {
  const Decision d = decide_quote(
      menu_of_mensa(), quote_of({{Sku("soup"), 1}, {Sku("bread"), 1}, {Sku("soup"), 2}}), 1, kNow);
  const Place* place = place_in(d.out);
  ASSERT_NE(place, nullptr);
  ASSERT_EQ(place->lines.size(), 2U);
  EXPECT_EQ(place->lines[0].quantity, 3);
  EXPECT_EQ(place->total.minor, 3 * 350 + 60);
}

TEST(Quote, IsRefusedWithWhatIsWrongWhere) {
  Quote dollars = quote_of({{Sku("soup"), 1}});
  dollars.currency = "USD";
  const std::vector<wire::SkuCount> many(41, {Sku("soup"), 1});
  struct Case {
    const char* what;
    Quote quote;
    std::string type;
    std::vector<std::string> pointers;
  };
  const std::vector<Case> cases{
      {"a site that is none", quote_of({{Sku("soup"), 1}}, "moon"), "unknown_site", {"/site"}},
      {"another currency", dollars, "wrong_currency", {"/currency"}},
      {"no line", quote_of({}), "invalid_order", {"/lines"}},
      {"41 lines", quote_of(many), "invalid_order", {"/lines"}},
      {"zero of an item", quote_of({{Sku("soup"), 0}}), "invalid_order", {"/lines/0/quantity"}},
      {"more than a tray holds",
       quote_of({{Sku("soup"), 30}, {Sku("soup"), 11}}),
       "invalid_order",
       {"/lines"}},
      {"less than zero",
       quote_of({{Sku("bread"), 1}, {Sku("soup"), -3}}),
       "invalid_order",
       {"/lines/1/quantity"}},
      {"a quantity near the end of int64",
       quote_of({{Sku("soup"), std::numeric_limits<std::int64_t>::max()}}),
       "invalid_order",
       {"/lines/0/quantity"}},
      {"an item that is none",
       quote_of({{Sku("soup"), 1}, {Sku("stone"), 1}}),
       "unknown_item",
       {"/lines/1/sku"}},
      {"an item that left the menu",
       quote_of({{Sku("gone"), 1}}),
       "item_not_available",
       {"/lines/0/sku"}},
      {"two of them, once each",
       quote_of({{Sku("gone"), 1}, {Sku("gone"), 1}, {Sku("stone"), 1}}),
       "item_not_available",
       {"/lines/0/sku", "/lines/2/sku"}},
      {"more money than one order may cost",
       quote_of({{Sku("gold"), 1}, {Sku("bread"), 1}}),
       "amount_too_large",
       {"/lines"}},
  };
  for (const Case& c : cases) {
    const Decision d = decide_quote(menu_of_mensa(), c.quote, 5, kNow);
    EXPECT_TRUE(d.out.messages.empty()) << c.what << " reached orders";
    ASSERT_EQ(d.out.replies.size(), 1U) << c.what;
    EXPECT_EQ(d.out.replies[0].request, 5U);
    const auto& problem = d.out.replies[0].answer.problem;
    ASSERT_TRUE(problem) << c.what;
    EXPECT_EQ(problem->code, Code::invalid_argument) << c.what;
    EXPECT_EQ(problem->type, c.type) << c.what;
    std::vector<std::string> pointers;
    for (const JsonProblem& e : problem->errors) pointers.push_back(e.pointer);
    EXPECT_EQ(pointers, c.pointers) << c.what;
    EXPECT_TRUE(decide_quote(menu_of_mensa(), c.quote, 0, kNow).out.replies.empty())
        << c.what << ", and nobody asked";
  }
}

TEST(Quote, OfTheLargestTotalPasses) {
  const Decision d = decide_quote(menu_of_mensa(), quote_of({{Sku("gold"), 1}}), 1, kNow);
  ASSERT_NE(place_in(d.out), nullptr);
  EXPECT_EQ(place_in(d.out)->total.minor, kTotalMinorMax);
}

// An order that has a soup at yesterday's price and something that left the menu.
Quote revision_of(std::vector<wire::SkuCount> lines, Purpose purpose) {
  Quote quote = quote_of(std::move(lines));
  quote.revision =
      wire::catalogue::Revision{purpose,
                                {wire::orders::Role::customer, "u-1"},
                                4,
                                "why",
                                {{Sku("soup"), "Soup", 2, 300, 700}, {Sku("gone"), "Gone", 1, 90}}};
  return quote;
}

const wire::orders::Revise* revise_in(const host::Output& out) {
  if (out.messages.size() != 1) return nullptr;
  const auto* in = std::any_cast<wire::orders::In>(&out.messages[0].body);
  return in == nullptr ? nullptr : std::get_if<wire::orders::Revise>(in);
}

TEST(Revision, KeepsThePricesThatTheOrderHas) {
  const Decision d = decide_quote(
      menu_of_mensa(),
      revision_of({{Sku("soup"), 3}, {Sku("gone"), 1}, {Sku("bread"), 1}}, Purpose::edit), 5, kNow);
  const auto* revise = revise_in(d.out);
  ASSERT_NE(revise, nullptr);
  EXPECT_EQ(d.out.messages[0].request, 5U);
  using Lines = std::vector<wire::orders::Line>;
  EXPECT_EQ(revise->lines, (Lines{{Sku("soup"), "Soup", 3, 300, 700},
                                  {Sku("gone"), "Gone", 1, 90},
                                  {Sku("bread"), "Bread", 1, 60}}));
  EXPECT_EQ(revise->total.minor, 3 * 300 + 90 + 60);
  EXPECT_EQ(revise->version, 4);
  EXPECT_EQ(revise->menu_version, "v1");
  EXPECT_EQ(revise->had, (std::vector<wire::SkuCount>{{Sku("soup"), 2}, {Sku("gone"), 1}}));
}

TEST(Revision, MovesTheDifferenceOfTheStock) {
  Snapshot snapshot = menu_of_mensa();
  snapshot.items.at({SiteId("mensa"), Sku("soup")}).stock = 0;
  snapshot.items.at({SiteId("mensa"), Sku("gone")}).stock = 0;
  const auto taken = [&](const Quote& quote) {
    std::map<std::string, std::int64_t> moves;
    for (const StockMove& move : decide_quote(snapshot, quote, 5, kNow).moves) {
      moves[move.sku.value] = move.taken;
    }
    return moves;
  };
  using Moves = std::map<std::string, std::int64_t>;
  EXPECT_EQ(taken(revision_of({{Sku("soup"), 1}}, Purpose::edit)),
            (Moves{{"soup", -1}, {"gone", -1}}));
  EXPECT_EQ(taken(revision_of({{Sku("soup"), 2}, {Sku("gone"), 1}}, Purpose::edit)), Moves{});
  const Quote more = revision_of({{Sku("soup"), 3}, {Sku("gone"), 1}}, Purpose::edit);
  const Decision refused = decide_quote(snapshot, more, 5, kNow);
  ASSERT_EQ(refused.out.replies.size(), 1U);
  EXPECT_EQ(refused.out.replies[0].answer.problem->type, "out_of_stock");
  EXPECT_TRUE(refused.moves.empty());
  EXPECT_EQ(taken(revision_of({{Sku("soup"), 3}, {Sku("gone"), 1}}, Purpose::settle)),
            (Moves{{"soup", 1}}))
      << "a third soup stands on the tray, whatever the count says";
}

TEST(Revision, OfABasketIsRefusedToOrdersAndASettlementMayBeNothing) {
  const Decision none = decide_quote(menu_of_mensa(), revision_of({}, Purpose::settle), 5, kNow);
  ASSERT_NE(revise_in(none.out), nullptr);
  EXPECT_EQ(revise_in(none.out)->total.minor, 0);
  Quote quote = revision_of({{Sku("stone"), 2}}, Purpose::basket);
  quote.revision->had.clear();
  const Decision d = decide_quote(menu_of_mensa(), quote, 0, kNow);
  const auto* revise = revise_in(d.out);
  ASSERT_NE(revise, nullptr);
  EXPECT_EQ(revise->refused, "unknown_item");
  EXPECT_EQ(revise->lines.at(0).quantity, 2);
}

TEST(Quote, OutsideTheHoursSaysWhenTheSiteOpens) {
  Snapshot snapshot = menu_of_mensa();
  snapshot.sites.at(SiteId("mensa")).hours = {
      "UTC", {{wire::catalogue::Day::wed, "11:00", "14:00"}}, {}};
  const Decision d = decide_quote(snapshot, quote_of({{Sku("soup"), 1}}), 5, kNow);
  ASSERT_EQ(d.out.replies.size(), 1U);
  const auto& problem = d.out.replies[0].answer.problem;
  ASSERT_TRUE(problem);
  EXPECT_EQ(problem->type, "site_closed");
  EXPECT_EQ(problem->code, Code::conflict);
  EXPECT_NE(problem->detail.find("2023-11-15T11:00:00"), std::string::npos) << problem->detail;
  const Decision basket =
      decide_quote(snapshot, revision_of({{Sku("soup"), 1}}, Purpose::basket), 0, kNow);
  EXPECT_EQ(revise_in(basket.out)->refused, "site_closed");
  EXPECT_NE(
      revise_in(
          decide_quote(snapshot, revision_of({{Sku("soup"), 1}}, Purpose::settle), 5, kNow).out),
      nullptr)
      << "what was ordered is settled after closing time as well";
}

LoadMenu menu(std::vector<Item> items, const std::string& version = "v1") {
  return {SiteId("mensa"), "Mensa", eur(), version, std::move(items)};
}

TEST(Menu, IsRefusedWithWhatIsWrongWhere) {
  const Item soup{Sku("soup"), "Soup", 350, true};
  LoadMenu bad_site = menu({soup});
  bad_site.site = SiteId("a site");
  LoadMenu nameless = menu({soup});
  nameless.name = "";
  LoadMenu without_currency = menu({soup});
  without_currency.currency = Currency();
  LoadMenu nowhere = menu({soup});
  nowhere.hours.time_zone = "Nowhere/Land";
  const std::vector<Item> many(kMenuItemsMax + 1, soup);
  const std::vector<std::pair<LoadMenu, std::string>> cases{
      {bad_site, "/site"},
      {nameless, "/name"},
      {without_currency, "/currency"},
      {menu({soup}, "v 1"), "/version"},
      {menu({soup}, "\"v1\""), "/version"},
      {menu(many), "/items"},
      {menu({soup, soup}), "/items/1/sku"},
      {menu({{Sku("unknown"), "Anything", 1, true}}), "/items/0/sku"},
      {menu({{Sku("so up"), "Soup", 1, true}}), "/items/0/sku"},
      {menu({{Sku("soup"), "", 1, true}}), "/items/0/name"},
      {menu({{Sku("soup"), std::string("So\0up", 5), 1, true}}), "/items/0/name"},
      {menu({{Sku("soup"), "Soup", -1, true}}), "/items/0/price_minor"},
      {menu({{Sku("soup"), "Soup", kTotalMinorMax + 1, true}}), "/items/0/price_minor"},
      {menu({{Sku("soup"), "Soup", 1, true, -1}}), "/items/0/tax_bp"},
      {menu({{Sku("soup"), "Soup", 1, true, kTaxBpMax + 1}}), "/items/0/tax_bp"},
      {nowhere, "/hours/time_zone"},
  };
  for (const auto& [bad, pointer] : cases) {
    const Decision asked = decide_menu(bad, 3);
    EXPECT_FALSE(asked.menu) << pointer;
    ASSERT_EQ(asked.out.replies.size(), 1U) << pointer;
    ASSERT_TRUE(asked.out.replies[0].answer.problem) << pointer;
    EXPECT_EQ(asked.out.replies[0].answer.problem->errors[0].pointer, pointer);
    const Decision silent = decide_menu(bad, 0);
    ASSERT_EQ(silent.out.dead_letters.size(), 1U) << pointer << ": kept for a person";
  }
  EXPECT_TRUE(decide_menu(menu({soup}), 0).menu);
  EXPECT_TRUE(decide_menu(menu({}), 0).menu) << "a closed site has an empty menu";
}

// Stands where orders is, and keeps what comes.
class Orders final : public host::Service {
 public:
  std::string_view name() const override { return wire::orders::kService; }
  const store::Migrations& migrations() const override { return none_; }
  Result<std::any> decode(const Json&) const override { return std::any(); }
  Json encode(const std::any&) const override { return {}; }
  Result<std::vector<host::Output>> handle(store::Session&, std::span<const host::Message> batch,
                                           Time) override {
    for (const host::Message& message : batch) {
      const auto& in = std::any_cast<const wire::orders::In&>(message.body);
      placed.push_back(std::get<Place>(in));
    }
    return std::vector<host::Output>(batch.size());
  }
  std::vector<Place> placed;

 private:
  store::Migrations none_{"orders", {}};
};

class CatalogueTest : public testing::Test {
 protected:
  CatalogueTest() {
    const Result<void> started = host.start();
    EXPECT_TRUE(started) << started.error().detail;
  }
  template <class M>
  void post(M message) {
    ASSERT_TRUE(host.post(host::to<In>(wire::catalogue::kService, std::move(message))));
  }
  host::OrProblem<host::Answer> get(const std::string& path,
                                    std::map<std::string, std::string> query = {}) {
    http::Request request;
    request.query = std::move(query);
    const host::Asked asked{request, {}, {}, clock.now(), random};
    const auto reader = db->reader();
    for (const host::Route& route : routes()) {
      if (route.pattern == path) return std::get<host::Query>(route.handle)(asked, **reader);
    }
    return tl::unexpected<host::Problem>(host::Problem{Code::not_found, "no_route", path, {}});
  }

  ManualClock clock{from_ms(1'000'000)};
  SeededRandom random{7};
  Metrics metrics;
  std::unique_ptr<store::Store> db = *store::open_sqlite({":memory:"}, nullptr);
  std::unique_ptr<host::Service> catalogue = make_service();
  Orders orders;
  host::Host host{{*db, clock, random, metrics, {}, {}}, {catalogue.get(), &orders}, {}};
};

TEST_F(CatalogueTest, OneAndSixtyFourQuotesCostTheSame) {
  post(menu({{Sku("soup"), "Soup", 350, true}, {Sku("bread"), "Bread", 60, true}}));
  host.tick();
  const auto cost_of = [&](int quotes) {
    const std::uint64_t before = db->statements();
    for (int i = 0; i < quotes; ++i) {
      post(quote_of({{Sku(i % 2 == 0 ? "soup" : "bread"), 1 + i % 40}}));
    }
    host.tick();
    return db->statements() - before;
  };
  const std::uint64_t one = cost_of(1);
  EXPECT_EQ(one, cost_of(64)) << "a batch costs what one message costs";
  EXPECT_EQ(orders.placed.size(), 65U);
}

TEST_F(CatalogueTest, OneAndSixtyFourMenusCostTheSame) {
  const auto cost_of = [&](int menus) {
    const std::uint64_t before = db->statements();
    for (int i = 0; i < menus; ++i) {
      LoadMenu one = menu({{Sku("soup"), "Soup", 350, true}});
      one.site = SiteId("site-" + std::to_string(i));
      post(one);
    }
    host.tick();
    return db->statements() - before;
  };
  const std::uint64_t one = cost_of(1);
  EXPECT_EQ(one, cost_of(64));
}

TEST_F(CatalogueTest, AQuoteSeesTheMenuBeforeItInTheSameBatch) {
  post(menu({{Sku("soup"), "Soup", 350, true}}));
  post(quote_of({{Sku("soup"), 1}}));
  post(menu({{Sku("soup"), "Soup", 400, true}}, "v2"));
  post(quote_of({{Sku("soup"), 1}}));
  post(menu({{Sku("bread"), "Bread", 60, true}}, "v3"));
  post(quote_of({{Sku("soup"), 1}}));
  host.tick();
  ASSERT_EQ(orders.placed.size(), 2U) << "the third menu has no soup any more";
  EXPECT_EQ(orders.placed[0].total.minor, 350);
  EXPECT_EQ(orders.placed[1].total.minor, 400);
  EXPECT_EQ(orders.placed[1].menu_version, "v2");
}

TEST_F(CatalogueTest, TextsThatAreNoNamesReachNoStatement) {
  post(menu({{Sku("soup"), "Soup", 350, true}}));
  std::optional<host::Answer> answer;
  const Quote strange = quote_of({{Sku(std::string("so\0up", 5)), 1}, {Sku("\xff"), 1}});
  ASSERT_TRUE(host.ask(host::to<In>(wire::catalogue::kService, strange),
                       [&](host::Answer a) { answer = std::move(a); }));
  post(quote_of({{Sku("soup"), 1}}));
  host.tick();
  ASSERT_TRUE(answer && answer->problem);
  EXPECT_EQ(answer->problem->type, "unknown_item");
  EXPECT_EQ(orders.placed.size(), 1U) << "its neighbour passes";
}

TEST_F(CatalogueTest, ABatchTakesWhatIsLeftInItsOrder) {
  post(menu({{Sku("soup"), "Soup", 350, true}}));
  const auto left = [&] {
    host.tick();
    const auto shown = get("/v1/menu", {{"site", "mensa"}});
    const Json& item = shown->body.at("items")->as_array()->front();
    return item.at("left") == nullptr ? -1 : item.int_at("left");
  };
  EXPECT_EQ(left(), -1) << "nobody counted";
  const wire::orders::Who chef{wire::orders::Role::staff, "chef"};
  post(quote_of({{Sku("soup"), 7}}));
  post(SetStock{SiteId("mensa"), Sku("soup"), 3, chef, "counted"});
  post(quote_of({{Sku("soup"), 2}}));
  post(quote_of({{Sku("soup"), 2}}));
  EXPECT_EQ(left(), 1) << "the second two were too many";
  EXPECT_EQ(orders.placed.size(), 2U);
  post(quote_of({{Sku("soup"), 2}}));
  post(wire::catalogue::AdjustStock{SiteId("mensa"), {{Sku("soup"), 1}}});
  post(quote_of({{Sku("soup"), 2}}));
  EXPECT_EQ(left(), 0) << "what came back is sold in the same batch";
  EXPECT_EQ(orders.placed.size(), 3U);
  post(wire::catalogue::AdjustStock{SiteId("mensa"), {{Sku("soup"), -2}}});
  EXPECT_EQ(left(), 0) << "below zero is shown as none";
  post(menu({{Sku("soup"), "Soup", 400, true}}, "v2"));
  EXPECT_EQ(left(), 0) << "a new menu counts nothing";
  post(SetStock{SiteId("mensa"), Sku("soup"), std::nullopt, chef, "delivery"});
  EXPECT_EQ(left(), -1);
  std::optional<host::Answer> answer;
  ASSERT_TRUE(host.ask(host::to<In>(wire::catalogue::kService,
                                    SetStock{SiteId("mensa"), Sku("stone"), 1, chef, "x"}),
                       [&](host::Answer a) { answer = std::move(a); }));
  host.tick();
  EXPECT_EQ(answer->problem->type, "unknown_item");
}

TEST_F(CatalogueTest, TakesNothingThatAnotherHostTook) {
  post(menu({{Sku("soup"), "Soup", 350, true}}));
  post(SetStock{SiteId("mensa"), Sku("soup"), 0, {}, "sold elsewhere"});
  host.tick();
  store::Rows rows(6);
  rows.add("mensa", "soup", "move", 0, 1, 1);
  const Result<void> done = db->transaction([&](store::Session& session) -> Result<void> {
    const auto changed = session.run(sql::change_stock, rows);
    if (!changed) return fail(changed.error());
    EXPECT_TRUE(changed->empty()) << "a missed row sends the order back";
    return {};
  });
  EXPECT_TRUE(done);
}

// Runs every statement: a menu, its successor, quotes, and what anybody reads.
TEST_F(CatalogueTest, ReplacesAMenuAndShowsWhatIsActive) {
  post(menu({{Sku("soup"), "Soup", 350, true}, {Sku("bread"), "Bread", 60, true}}));
  host.tick();
  std::optional<host::Answer> answer;
  ASSERT_TRUE(host.ask(
      host::to<In>(wire::catalogue::kService, menu({{Sku("cake"), "Cake", 280, true},
                                                    {Sku("soup"), "Soup of the day", 390, true},
                                                    {Sku("tea"), "Tea", 150, false}},
                                                   "v2")),
      [&](host::Answer a) { answer = std::move(a); }));
  host.tick();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body.dump(), R"({"site":"mensa","version":"v2","items":3})");
  post(quote_of({{Sku("bread"), 1}}));
  post(quote_of({{Sku("cake"), 1}}));
  host.tick();
  ASSERT_EQ(orders.placed.size(), 1U) << "there is no bread any more";
  EXPECT_EQ(orders.placed[0].total.minor, 280);

  const auto shown = get("/v1/menu", {{"site", "mensa"}});
  ASSERT_TRUE(shown);
  EXPECT_EQ(
      shown->body.dump(),
      R"({"site":"mensa","name":"Mensa","currency":"EUR","version":"v2","open":true,"items":[)"
      R"({"sku":"cake","name":"Cake","price_minor":280,"tax_bp":0},)"
      R"({"sku":"soup","name":"Soup of the day","price_minor":390,"tax_bp":0}]})");
  const auto sites = get("/v1/sites");
  ASSERT_TRUE(sites);
  EXPECT_EQ(
      sites->body.dump(),
      R"({"data":[{"site":"mensa","name":"Mensa","currency":"EUR","version":"v2","open":true}],)"
      R"("has_more":false})");
  const auto old = get("/v1/menu", {{"site", "mensa"}, {"version", "v1"}});
  ASSERT_TRUE(old);
  EXPECT_EQ(old->body.at("items")->as_array()->size(), 2U);
  EXPECT_FALSE(old->body.text_at("until").empty());
  EXPECT_TRUE(
      get("/v1/menu", {{"site", "mensa"}, {"version", "v2"}})->body.text_at("until").empty());
  EXPECT_EQ(get("/v1/menu", {{"site", "mensa"}, {"version", "v3"}}).error().type,
            "unknown_version");
  post(SetStock{SiteId("mensa"), Sku("cake"), 5, {}, "counted"});
  host.tick();
  EXPECT_EQ(get("/v1/menu").error().type, "site_required");
  EXPECT_EQ(get("/v1/menu", {{"site", "moon"}}).error().type, "unknown_site");
  EXPECT_EQ(get("/v1/menu", {{"site", "a b"}}).error().code, Code::not_found);

  const std::vector<std::string> seen = db->statements_seen();
  for (const store::Statement* statement : sql::statements) {
    EXPECT_NE(std::find(seen.begin(), seen.end(), statement->name), seen.end())
        << statement->name << " was never run";
  }
}

}  // namespace
}  // namespace trayline::catalogue
