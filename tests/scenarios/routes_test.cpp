// What customers ask of orders and payments, on committed state; and that every statement of these
// services and the host has run by the end.
#include <gtest/gtest.h>

#include "cloud/orders/books.hpp"
#include "cloud/orders/sql.hpp"
#include "cloud/payments/audit.hpp"
#include "cloud/payments/service.hpp"
#include "lib/host/sql.hpp"
#include "sim/story/story.hpp"
#include "tests/scenarios/store_in_memory.hpp"

namespace trayline::scenarios {
namespace {

class Routes : public testing::Test {
 protected:
  Routes() : reader(*world.db->reader()) {
    for (auto& route : orders::routes(world.settings)) all.push_back(std::move(route));
    const auto nobody = [](host::Message, host::Host::Answered) -> Result<void> { return {}; };
    for (auto& route : payments::routes({}, world.clock, nobody)) all.push_back(std::move(route));
  }

  const host::Route& find(const std::string& method, const std::string& pattern) const {
    for (const host::Route& route : all) {
      if (route.method == method && route.pattern == pattern) return route;
    }
    ADD_FAILURE() << "no route " << method << " " << pattern;
    return all.front();
  }
  struct Request {
    std::string user = "ann";
    std::map<std::string, std::string> params = {};
    std::map<std::string, std::string> query = {};
    Json body = {};
    http::Headers headers = {};
  };
  template <class F>
  auto with(const Request& request, F use) {
    http::Request http;
    http.params = request.params;
    http.query = request.query;
    http.headers = request.headers;
    const host::Caller caller{UserId(request.user), "", {}};
    const host::Asked asked{http, caller, request.body, world.clock.now(), world.random};
    return use(asked);
  }
  host::OrProblem<host::Answer> get(const std::string& pattern, const Request& request) {
    const auto& query = std::get<host::Query>(find("GET", pattern).handle);
    return with(request, [&](const host::Asked& asked) { return query(asked, *reader); });
  }
  host::OrProblem<host::Message> post(const std::string& pattern, const Request& request) {
    const auto& command = std::get<host::Command>(find("POST", pattern).handle);
    return with(request, [&](const host::Asked& asked) { return command(asked, *reader); });
  }

  StoreInMemory world;
  std::unique_ptr<store::Session> reader;
  std::vector<host::Route> all;
};

TEST_F(Routes, AnOrderIsReadByItsOwnerAlone) {
  ASSERT_TRUE(world.join("ann", "visa"));
  ASSERT_TRUE(world.order("ann", {{Sku("apple"), 2}}));
  const std::string id = world.order_id("ann")->value;
  const auto own = get("/v1/orders/{id}", {.params = {{"id", id}}});
  ASSERT_TRUE(own);
  EXPECT_EQ(own->body.int_at("version"), 2);
  EXPECT_EQ(own->etag, "2");
  EXPECT_EQ(own->body.at("total")->int_at("amount_minor"), 180);
  const auto other = get("/v1/orders/{id}", {.user = "bob", .params = {{"id", id}}});
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Code::not_found) << "as good as none";
}

TEST_F(Routes, PagesAreCompleteAndStable) {
  ASSERT_TRUE(world.join("ann", "visa"));
  const auto order_one = [&] {
    world.clock.advance(Millis(1));
    ASSERT_TRUE(world.order("ann", {{Sku("apple"), 1}}));
  };
  for (int i = 0; i < 5; ++i) order_one();
  std::set<std::string> seen;
  std::string cursor;
  for (int page = 0; page < 3; ++page) {
    Request request{.query = {{"limit", "2"}}};
    if (!cursor.empty()) request.query["cursor"] = cursor;
    const auto answer = get("/v1/orders", request);
    ASSERT_TRUE(answer);
    for (const Json& order : *answer->body.at("data")->as_array()) seen.insert(order.text_at("id"));
    cursor = answer->body.text_at("next_cursor");
    order_one();  // newer ones do not move the pages
  }
  EXPECT_EQ(seen.size(), 5U);
  EXPECT_TRUE(cursor.empty());
}

TEST_F(Routes, BadPagesAreNamed) {
  for (const std::string limit : {"0", "101", "-1", "x", "", "99999999999999999999"}) {
    EXPECT_FALSE(get("/v1/orders", {.query = {{"limit", limit}}})) << limit;
  }
  for (const std::string cursor :
       {"", "!", "AAAA", "LjE", "MS7_", "OTk5OTk5OTk5OTk5OTk5OTk5OTkuMQ"}) {
    EXPECT_FALSE(get("/v1/orders", {.query = {{"cursor", cursor}}})) << cursor;
  }
}

TEST_F(Routes, BadOrdersAreNamedByTheirPointers) {
  const std::pair<std::string, std::string> table[] = {
      {R"({})", "/site"},
      {R"([])", ""},
      {R"({"site":"main","lines":[]})", "/lines"},
      {R"({"site":"main","lines":[{"sku":"apple","quantity":0}]})", "/lines/0/quantity"},
      {R"({"site":"main","lines":[{"sku":"apple","quantity":-1}]})", "/lines/0/quantity"},
      {R"({"site":"main","lines":[{"sku":"apple","quantity":9223372036854775807}]})",
       "/lines/0/quantity"},
      {R"({"site":"main","lines":[{"sku":"apple","quantity":1.5}]})", "/lines/0/quantity"},
      {R"({"site":"main","lines":[{"sku":"a b","quantity":1}]})", "/lines/0/sku"},
      {R"({"site":"main","lines":[{"quantity":1}]})", "/lines/0/sku"},
      {R"({"site":7,"lines":[{"sku":"apple","quantity":1}]})", "/site"},
  };
  for (const auto& [body, pointer] : table) {
    const auto answer = post("/v1/orders", {.body = *parse_json(body)});
    ASSERT_FALSE(answer) << body;
    EXPECT_EQ(answer.error().code, Code::invalid_argument) << body;
    ASSERT_FALSE(answer.error().errors.empty()) << body;
    EXPECT_EQ(answer.error().errors[0].pointer, pointer) << body;
  }
}

TEST_F(Routes, SavingACardNeedsAKeyThatIsKeptForRepeats) {
  EXPECT_FALSE(post("/v1/cards", {}));
  EXPECT_TRUE(post("/v1/cards", {.headers = {{"idempotency-key", "k"}}}));
  EXPECT_FALSE(*get("/v1/cards", {})->body.at("saved")->as_bool());
  ASSERT_TRUE(world.join("ann", "visa"));
  EXPECT_TRUE(*get("/v1/cards", {})->body.at("saved")->as_bool());
}

TEST_F(Routes, TheLiveStreamEndsWithThePaidOrder) {
  ASSERT_TRUE(world.join("ann", "visa"));
  ASSERT_TRUE(world.order("ann", {{Sku("apple"), 1}}));
  const std::string id = world.order_id("ann")->value;
  const auto& live = std::get<host::Live>(find("GET", "/v1/orders/{id}/events").handle);
  const auto read = [&] {
    return with({.params = {{"id", id}}},
                [&](const host::Asked& asked) { return live.read(asked, *reader); });
  };
  EXPECT_EQ(read()->data.text_at("state"), "authorised");
  EXPECT_FALSE(read()->last);
  ASSERT_TRUE(world.put_tray({{Sku("apple"), 1}}, "ann"));
  EXPECT_EQ(read()->data.text_at("state"), "paid");
  EXPECT_TRUE(read()->last);
  EXPECT_TRUE(orders::read_prediction(*reader, OrderId(id)));
}

// Runs after the tests above: whatever they and the stories did not execute is dead or untested.
TEST_F(Routes, ZEveryStatementHasRun) {
  for (const story::Story& story : story::all()) {
    StoreInMemory fresh;
    ASSERT_TRUE(story::play(story, fresh));
  }
  world.settings->match_without_code = {SiteId("main")};
  ASSERT_TRUE(world.join("ann", "visa"));
  ASSERT_TRUE(world.order("ann", {{Sku("apple"), 1}}));
  ASSERT_TRUE(world.put_tray({{Sku("apple"), 1}}, std::nullopt));
  world.settle();
  Result<payments::Books> books = payments::load_books(*reader);
  ASSERT_TRUE(books) << books.error().detail;
  books->orders.emplace();
  ASSERT_TRUE(orders::each_order(*reader, [&](OrderId id, wire::orders::State state) {
    books->orders->push_back({std::move(id), std::string(enum_name(state)), false});
  }));
  EXPECT_TRUE(get("/v1/staff/board", {.query = {{"site", "main"}}}));
  std::int64_t charged = 0;
  ASSERT_TRUE(orders::each_fate(*reader, [&](CoreId, const std::string& fate, std::int64_t n) {
    if (fate == "charged") charged += n;
  }));
  EXPECT_EQ(charged, 1);
  for (const payments::Finding& f : payments::audit(*books).findings) ADD_FAILURE() << f.words;
  const std::vector<std::string> ran = world.db->statements_seen();
  std::set<std::string_view> missing;
  for (const auto* list : {&orders::sql::statements}) {
    for (const store::Statement* statement : *list) missing.insert(statement->name);
  }
  for (const std::string& name : ran) missing.erase(name);
  for (const std::string_view name : missing) ADD_FAILURE() << name << " was not executed";
}

}  // namespace
}  // namespace trayline::scenarios
