// Deliveries: decided once per event and endpoint, tried until taken, given up after a day, sent
// again by hand; over restarts, and without a slow endpoint in the way of others.
#include "cloud/webhooks/webhooks.hpp"

#include <gtest/gtest.h>

#include "cloud/webhooks/executor.hpp"
#include "cloud/webhooks/service.hpp"
#include "cloud/webhooks/sql.hpp"
#include "lib/host/host.hpp"
#include "lib/store/sqlite.hpp"

namespace trayline::webhooks {
namespace {

using std::chrono::hours;
using wire::webhooks::Event;
using wire::webhooks::In;
using wire::webhooks::Resend;
using wire::webhooks::Tried;

Event event(const std::string& id, const std::string& type = "order.paid") {
  return {id, type, Json::object({{"id", "o-1"}, {"version", 3}, {"state", "paid"}})};
}

Endpoint endpoint(const std::string& id, std::set<std::string> events = {}) {
  return {id, "http://127.0.0.1:1/" + id, "", {Bytes(32, 7)}, std::move(events)};
}

Settings two_endpoints() {
  Settings settings;
  settings.endpoints = {endpoint("books", {"order.paid", "order.refunded"}), endpoint("kitchen")};
  return settings;
}

const Time kNow = from_ms(1'790'000'000'000);

Decision decide_one(const Snapshot& snapshot, const In& message) {
  return decide(snapshot, two_endpoints(), {&message, 5}, kNow);
}

TEST(Decide, TellsThoseWhoWantTheEvent) {
  const Decision paid = decide_one({}, event("evt_o-1_3"));
  ASSERT_TRUE(paid.event);
  EXPECT_EQ(paid.event->body, R"({"type":"order.paid","timestamp":"2026-09-21T14:13:20.000Z",)"
                              R"("data":{"id":"o-1","version":3,"state":"paid"}})");
  ASSERT_EQ(paid.deliveries.size(), 2U);
  ASSERT_EQ(paid.out.effects.size(), 2U);
  EXPECT_EQ(paid.out.effects[0].kind, "webhooks.send");
  EXPECT_EQ(paid.out.effects[0].key, "evt_o-1_3-books-0-0");
  EXPECT_EQ(paid.out.effects[0].body.text_at("body"), paid.event->body);
  const Decision placed = decide_one({}, event("evt_o-1_1", "order.placed"));
  ASSERT_EQ(placed.deliveries.size(), 1U);
  EXPECT_EQ(placed.deliveries.begin()->second.endpoint, "kitchen");
}

TEST(Decide, DropsWhatIsKnownAndWhatNobodyWants) {
  Snapshot snapshot;
  snapshot.events.insert("evt_o-1_3");
  EXPECT_TRUE(decide_one(snapshot, event("evt_o-1_3")).deliveries.empty());
  const In message = event("evt_o-1_1", "order.placed");
  Settings settings = two_endpoints();
  settings.endpoints.pop_back();
  const Decision nobody = decide({}, settings, {&message, 0}, kNow);
  EXPECT_FALSE(nobody.event);
  EXPECT_TRUE(nobody.out.effects.empty());
}

TEST(Decide, KeepsAnEventThatIsTooLargeForAPerson) {
  Event large = event("evt_o-1_3");
  large.data = Json::object({{"reason", std::string(kBodyBytesMax, 'x')}});
  const Decision d = decide_one({}, large);
  EXPECT_FALSE(d.event);
  ASSERT_EQ(d.out.dead_letters.size(), 1U);
  EXPECT_EQ(d.out.dead_letters[0].payload, "order.paid evt_o-1_3");
}

TEST(Decide, WaitsLongerAfterEachFailureAndNeverTheSameForAll) {
  Delivery delivery;
  delivery.id = "evt_o-1_3-books";
  const std::pair<std::int64_t, std::int64_t> most_ms[] = {
      {1, 5'000}, {2, 10'000}, {3, 20'000}, {10, 2'560'000}, {11, 3'600'000}, {500, 3'600'000}};
  for (const auto& [tries, most] : most_ms) {
    delivery.tries = tries;
    const Millis delay = retry_delay(delivery, Millis(0));
    EXPECT_GE(delay.count(), most / 2) << "after " << tries << " tries";
    EXPECT_LE(delay.count(), most) << "after " << tries << " tries";
  }
  const Millis here = retry_delay(delivery, Millis(0));
  delivery.id = "evt_o-2_3-books";
  EXPECT_NE(retry_delay(delivery, Millis(0)), here);
  delivery.tries = 1;
  EXPECT_EQ(retry_delay(delivery, Millis(30'000)), Millis(30'000)) << "as the receiver asked";
  EXPECT_EQ(retry_delay(delivery, hours(30)), kRetryMost);
}

TEST(Decide, IgnoresATryOfSomethingThatIsNotBeingSent) {
  Snapshot snapshot;
  Delivery done;
  done.id = "evt_o-1_3-books";
  done.endpoint = "books";
  done.state = State::delivered;
  snapshot.deliveries[done.id] = done;
  const Decision late = decide_one(snapshot, Tried{done.id, 500, 0, "status 500"});
  for (const auto& [id, delivery] : late.deliveries) EXPECT_EQ(delivery.state, State::delivered);
  EXPECT_TRUE(late.out.timers.empty());
  EXPECT_TRUE(decide_one({}, Tried{"evt_none-books", 200, 0, ""}).deliveries.empty());
}

class WebhooksTest : public testing::Test {
 protected:
  void SetUp() override { start(); }
  void start() {
    host.reset();
    executor = std::make_unique<MemoryExecutor>();
    service = make_service(settings, metrics);
    host = std::make_unique<host::Host>(host::Parts{*db, clock, random, metrics, {}, {}},
                                        std::vector<host::Service*>{service.get()},
                                        std::vector<host::Executor*>{executor.get()});
    const Result<void> started = host->start();
    ASSERT_TRUE(started) << started.error().detail;
    send(wire::webhooks::Begin{});
    tick_all();
  }
  template <class M>
  void send(M message) {
    ASSERT_TRUE(host->post(host::to<In>(wire::webhooks::kService, std::move(message))));
  }
  void tick_all() {
    while (host->tick()) {
    }
  }
  // Jumps from one due time to the next, as far as that.
  void pass(Millis span) {
    const Time until = clock.now() + span;
    for (tick_all(); host->next_due() && *host->next_due() <= until; tick_all()) {
      clock.advance(std::max(Millis(1), *host->next_due() - clock.now()));
    }
    if (clock.now() < until) clock.advance(until - clock.now());
    tick_all();
  }
  std::int64_t count(const std::string& where) {
    const std::string text = "SELECT COUNT(*) AS n FROM webhooks_deliveries WHERE " + where;
    const store::Statement statement{"test.count", text, {}};
    return (*db->reader())->run(statement)->at(0).integer("n");
  }
  host::Answer resend(const std::string& delivery) {
    std::optional<host::Answer> told;
    const auto asked = host->ask(host::to<In>(wire::webhooks::kService, Resend{delivery}),
                                 [&](host::Answer answer) { told = std::move(answer); });
    EXPECT_TRUE(asked);
    tick_all();
    EXPECT_TRUE(told) << "nobody answered";
    return told.value_or(host::Answer());
  }
  // Of GET /v1/staff/webhooks/deliveries.
  host::OrProblem<host::Answer> list(std::map<std::string, std::string> query) {
    http::Request request;
    request.query = std::move(query);
    const host::Caller caller{UserId("staff-1"), "", {"staff"}};
    const Json none;
    const auto reader = *db->reader();
    return std::get<host::Query>(routes()[0].handle)(
        {.http = request, .caller = caller, .body = none, .now = clock.now(), .random = random},
        *reader);
  }

  ManualClock clock{kNow};
  SeededRandom random{7};
  Metrics metrics;
  std::shared_ptr<Settings> settings = std::make_shared<Settings>(two_endpoints());
  std::unique_ptr<store::Store> db = *store::open_sqlite({":memory:"}, nullptr);
  std::unique_ptr<host::Service> service;
  std::unique_ptr<MemoryExecutor> executor;
  std::unique_ptr<host::Host> host;
};

TEST_F(WebhooksTest, DeliversAnEventOnceHoweverOftenItIsSaid) {
  send(event("evt_o-1_3"));
  send(event("evt_o-1_3"));
  tick_all();
  send(event("evt_o-1_3"));
  tick_all();
  EXPECT_EQ(executor->tries().size(), 2U);
  EXPECT_EQ(count("state = 'delivered' AND http_status = 200 AND tries = 1"), 2);
}

TEST_F(WebhooksTest, OneAndSixtyFourEventsCostTheSameStatements) {
  executor->hold("books");
  executor->hold("kitchen");
  const auto cost_of = [&](int events, const std::string& prefix) {
    const std::uint64_t before = db->statements();
    for (int i = 0; i < events; ++i) send(event(prefix + std::to_string(i)));
    host->tick();
    return db->statements() - before;
  };
  const std::uint64_t one = cost_of(1, "a");
  EXPECT_EQ(one, cost_of(64, "b"));
}

TEST_F(WebhooksTest, GivesUpAfterADayAndSaysSo) {
  executor->answer("books", 500);
  send(event("evt_o-1_3"));
  pass(hours(23));
  EXPECT_EQ(count("endpoint = 'books' AND state = 'waiting'"), 1) << "it is still tried";
  const std::size_t tries = executor->tries().size();
  EXPECT_GT(tries, 25U);
  EXPECT_LT(tries, 60U);
  pass(hours(1));
  EXPECT_EQ(count("endpoint = 'books' AND state = 'failed' AND http_status = 500"), 1);
  EXPECT_EQ(count("endpoint = 'kitchen' AND state = 'delivered'"), 1);
  EXPECT_NE(metrics.text().find("trayline_webhooks_given_up_total{endpoint=\"books\"} 1"),
            std::string::npos);
  const std::size_t ended = executor->tries().size();
  pass(hours(48));
  EXPECT_EQ(executor->tries().size(), ended);
}

TEST_F(WebhooksTest, EveryTryHasTheEventsIdAndItsBody) {
  executor->answer("books", 503);
  send(event("evt_o-1_3"));
  tick_all();
  pass(Millis(60'000));
  executor->answer("books", 204);
  pass(Millis(60'000));
  EXPECT_EQ(count("state = 'delivered'"), 2);
  ASSERT_GT(executor->tries().size(), 4U);
  for (const auto& tried : executor->tries()) {
    EXPECT_EQ(tried.event, "evt_o-1_3");
    EXPECT_EQ(tried.body, executor->tries()[0].body);
  }
}

TEST_F(WebhooksTest, ADeadEndpointHoldsUpNobodyAndFillsNothing) {
  executor->hold("books");
  for (int i = 0; i < 200; ++i) send(event("evt_o-" + std::to_string(i) + "_3"));
  tick_all();
  EXPECT_EQ(count("endpoint = 'kitchen' AND state = 'delivered'"), 200);
  EXPECT_EQ(count("endpoint = 'books' AND state = 'sending'"), kUnderWayMax);
  EXPECT_EQ(count("endpoint = 'books' AND state = 'waiting'"), 200 - kUnderWayMax);
  executor->release("books");
  tick_all();
  EXPECT_EQ(count("state = 'delivered'"), 400) << "what waited for its turn is taken";
}

TEST_F(WebhooksTest, GoesOnAfterARestart) {
  executor->hold("books");
  executor->answer("kitchen", 500);
  for (int i = 0; i < 12; ++i) send(event("evt_o-" + std::to_string(i) + "_3"));
  tick_all();
  EXPECT_EQ(count("state = 'sending'"), kUnderWayMax);
  start();
  pass(hours(2));
  EXPECT_EQ(count("state = 'delivered'"), 24);
}

TEST_F(WebhooksTest, IsSentAgainByHand) {
  executor->answer("books", 410);
  send(event("evt_o-1_3"));
  pass(hours(25));
  ASSERT_EQ(count("state = 'failed' AND http_status = 410"), 1);
  EXPECT_EQ(resend("evt_o-1_4-books").problem->type, "delivery_not_found");
  executor->answer("books", 200);
  const host::Answer answer = resend("evt_o-1_3-books");
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(answer.body.text_at("state"), "sending") << answer.body.dump();
  EXPECT_EQ(count("endpoint = 'books' AND state = 'delivered' AND resends = 1"), 1);
  // What was delivered may be sent again too, and gets a day of its own.
  executor->answer("books", 500);
  EXPECT_EQ(resend("evt_o-1_3-books").status, 202);
  pass(hours(23));
  EXPECT_EQ(count("endpoint = 'books' AND state = 'waiting' AND resends = 2"), 1);
  EXPECT_EQ(resend("evt_o-1_3-books").status, 202) << "waiting, it is tried at once";
  EXPECT_EQ(count("endpoint = 'books' AND resends = 3 AND tries = 1"), 1);
}

TEST_F(WebhooksTest, WhatIsUnderWayIsNotSentTwice) {
  executor->hold("books");
  send(event("evt_o-1_3"));
  tick_all();
  const std::size_t before = executor->tries().size();
  EXPECT_EQ(resend("evt_o-1_3-books").body.text_at("state"), "sending");
  EXPECT_EQ(executor->tries().size(), before);
}

TEST_F(WebhooksTest, AnEndpointThatIsTakenAwayFailsWhatWaitsForIt) {
  executor->answer("books", 500);
  executor->hold("kitchen");
  send(event("evt_o-1_3"));
  tick_all();
  settings->endpoints.clear();
  start();
  EXPECT_EQ(count("endpoint = 'books' AND state = 'failed'"), 1);
  EXPECT_EQ(resend("evt_o-1_3-books").problem->type, "endpoint_unknown");
  pass(hours(1));
  executor->answer("kitchen", 500);
  EXPECT_EQ(count("state IN ('waiting', 'sending')"), 0) << "tried once more, and given up";
}

TEST_F(WebhooksTest, ForgetsWhatEndedAMonthAgo) {
  executor->answer("kitchen", 500);
  send(event("evt_o-1_3"));
  pass(hours(24 * 29));
  EXPECT_EQ(count("true"), 2);
  pass(hours(24 * 3));
  EXPECT_EQ(count("true"), 0);
  const store::Statement events{"test.events", "SELECT COUNT(*) AS n FROM webhooks_events", {}};
  EXPECT_EQ((*db->reader())->run(events)->at(0).integer("n"), 0);
}

TEST_F(WebhooksTest, StaffSeeDeliveriesPageByPage) {
  executor->answer("books", 500);
  for (int i = 0; i < 5; ++i) {
    send(event("evt_o-" + std::to_string(i) + "_3"));
    if (i % 2 == 0) clock.advance(Millis(1));
  }
  pass(hours(25));
  std::set<std::string> seen;
  std::string last = "~";
  std::map<std::string, std::string> query{{"state", "failed"}, {"limit", "2"}};
  for (int pages = 0; pages < 5; ++pages) {
    const auto page = list(query);
    ASSERT_TRUE(page) << page.error().detail;
    for (const Json& row : *page->body.at("data")->as_array()) {
      EXPECT_EQ(row.text_at("endpoint"), "books");
      EXPECT_EQ(row.int_at("http_status"), 500);
      EXPECT_TRUE(seen.insert(row.text_at("id")).second) << row.dump() << " came twice";
    }
    if (!*page->body.at("has_more")->as_bool()) break;
    query["cursor"] = page->body.text_at("next_cursor");
  }
  EXPECT_EQ(seen.size(), 5U);
  EXPECT_EQ(list({})->body.at("data")->as_array()->size(), 10U);
  const std::map<std::string, std::string> wrong[] = {
      {{"state", "lost"}}, {{"limit", "0"}},    {{"limit", "101"}},
      {{"limit", "x"}},    {{"cursor", "%%%"}}, {{"cursor", "MTIz"}},
      {{"limit", ""}},     {{"cursor", "LmE"}}, {{"cursor", "MS4uLw"}}};
  for (const auto& query_wrong : wrong) {
    EXPECT_FALSE(list(query_wrong)) << query_wrong.begin()->second;
  }
}

TEST_F(WebhooksTest, RunsEveryStatement) {
  executor->answer("books", 500);
  send(event("evt_o-1_3"));
  pass(hours(25));  // with a purge
  resend("evt_o-1_3-books");
  ASSERT_TRUE(list({}));
  const std::vector<std::string> ran = db->statements_seen();
  for (const store::Statement* statement : sql::statements) {
    EXPECT_NE(std::find(ran.begin(), ran.end(), statement->name), ran.end())
        << statement->name << " never ran";
  }
}

}  // namespace
}  // namespace trayline::webhooks
