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
using wire::orders::Place;

Currency eur() { return *Currency::parse("EUR"); }

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
      decide_quote(menu_of_mensa(), quote_of({{Sku("soup"), 2}, {Sku("bread"), 1}}), 7);
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
      menu_of_mensa(), quote_of({{Sku("soup"), 1}, {Sku("bread"), 1}, {Sku("soup"), 2}}), 1);
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
    const Decision d = decide_quote(menu_of_mensa(), c.quote, 5);
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
    EXPECT_TRUE(decide_quote(menu_of_mensa(), c.quote, 0).out.replies.empty())
        << c.what << ", and nobody asked";
  }
}

TEST(Quote, OfTheLargestTotalPasses) {
  const Decision d = decide_quote(menu_of_mensa(), quote_of({{Sku("gold"), 1}}), 1);
  ASSERT_NE(place_in(d.out), nullptr);
  EXPECT_EQ(place_in(d.out)->total.minor, kTotalMinorMax);
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
  EXPECT_EQ(shown->etag, "v2");
  EXPECT_EQ(shown->body.dump(),
            R"({"site":"mensa","name":"Mensa","currency":"EUR","version":"v2","items":[)"
            R"({"sku":"cake","name":"Cake","price_minor":280},)"
            R"({"sku":"soup","name":"Soup of the day","price_minor":390}]})");
  const auto sites = get("/v1/sites");
  ASSERT_TRUE(sites);
  EXPECT_EQ(sites->body.dump(),
            R"({"data":[{"site":"mensa","name":"Mensa","currency":"EUR","version":"v2"}],)"
            R"("has_more":false})");
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
