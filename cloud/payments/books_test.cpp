// The books as a whole, on a real host: stopped where an invariant broke, disputes, settlements.
#include "cloud/payments/books_state.hpp"
#include "cloud/payments/sql.hpp"
#include "cloud/payments/test_service.hpp"

namespace trayline::payments {
namespace {

// The last row is not the one that the chain ends with: nothing is posted after it.
TEST_F(ServiceTest, ABrokenChainStopsPaymentsAndNothingIsLost) {
  for (const std::string order : {"o1", "o2", "o3"}) hold(order, 1200);
  capture("o1", 1200);
  change("UPDATE payments_ledger_heads SET hash = 'forged'");
  capture("o2", 1200);
  const Result<BooksState> stopped = read_books_state(**db->reader());
  ASSERT_TRUE(stopped) << stopped.error().detail;
  EXPECT_NE(stopped->stopped.find("chain is broken at site main"), std::string::npos)
      << stopped->stopped;
  EXPECT_EQ(number("SELECT COUNT(*) AS n FROM host_dead_letters"), 1) << "kept for a person";
  EXPECT_EQ(provider.charges().size(), 2U);

  capture("o3", 1200);
  wait(kLookAfter * 3);
  EXPECT_EQ(provider.charges().size(), 2U) << "no further capture";
  hold("c1", 500, w::Means::counter);
  EXPECT_EQ(last(), "hold authorised") << "holds go on";

  change(
      "UPDATE payments_ledger_heads SET hash = (SELECT hash FROM payments_ledger"
      " ORDER BY seq DESC LIMIT 1)");
  say(w::Resume{});
  wait(kLookAfter * 3);
  EXPECT_EQ(provider.charges().size(), 3U) << "each once";
  EXPECT_EQ(std::count(orders.heard.begin(), orders.heard.end(), "capture captured"), 3);
  EXPECT_TRUE(look_through().ok());
}

TEST_F(ServiceTest, ASecondCaptureOfAnOrderStopsPayments) {
  hold("o1", 1200);
  capture("o1", 1200);
  change("UPDATE payments_payments SET state = 'held', captured_minor = 0");
  w::IntentSeen seen;
  seen.order = OrderId("o1");
  seen.step = "event";
  seen.intent = "pi_1";
  seen.status = IntentStatus::succeeded;
  seen.received_minor = 1200;
  say(seen);
  const std::string why = read_books_state(**db->reader())->stopped;
  EXPECT_NE(why.find("the ledger has this entry already: o1 capture"), std::string::npos) << why;
  EXPECT_EQ(number("SELECT COUNT(*) AS n FROM payments_ledger WHERE kind = 'capture'"), 2)
      << "sale and tax of one capture";
}

TEST_F(ServiceTest, WhileStoppedNewOrdersAreRefusedAndOthersServed) {
  std::vector<host::Route> all(2);
  all[0].pattern = "/v1/orders";
  all[1].pattern = "/v1/cards";
  for (host::Route& route : all) {
    route.handle = host::Command([](const host::Asked&, store::Session&) {
      return host::OrProblem<host::Message>(host::Message());
    });
  }
  refuse_while_stopped(all, {"/v1/orders"});
  BooksWatch watch(metrics);
  const auto served = [&](const host::Route& route) {
    const http::Request request;
    const host::Caller caller;
    const Json body;
    auto reader = db->reader();
    watch.look(**reader);
    return std::get<host::Command>(route.handle)({request, caller, body, clock.now(), random},
                                                 **reader);
  };
  EXPECT_TRUE(served(all[0]));
  say(w::Stop{"captured more than was held"});
  const auto refused = served(all[0]);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::unavailable);
  EXPECT_EQ(refused.error().type, "payments_stopped");
  EXPECT_NE(refused.error().detail.find("trayline audit"), std::string::npos);
  EXPECT_TRUE(served(all[1]));
  EXPECT_NE(metrics.text().find("trayline_payments_stopped 1"), std::string::npos);
  const Json said = to_json(*read_books_state(**db->reader()));
  EXPECT_EQ(said.at("stopped")->text_at("why"), "captured more than was held");
  say(w::Resume{});
  EXPECT_TRUE(served(all[0]));
  EXPECT_NE(metrics.text().find("trayline_payments_stopped 0"), std::string::npos);
}

TEST_F(ServiceTest, ADisputeIsPostedOnceAndComesBackOnce) {
  hold("o1", 1200);
  capture("o1", 1200);
  const w::DisputeSeen out{"dp_1", "pi_1", Money{1200, kEur}, false};
  const w::DisputeSeen back{"dp_1", "pi_1", Money{1200, kEur}, true};
  const auto disputed = [&] {
    const auto day = zone::parse_day(to_rfc3339(clock.now()).substr(0, 10));
    const auto lines = settle_day(**db->reader(), *day, {}, {});
    EXPECT_EQ(lines->at(0).difference_minor, 0);
    return lines->at(0).disputes_minor;
  };
  say(out);
  say(out);
  EXPECT_EQ(disputed(), 1200);
  EXPECT_EQ(look_through().balances.at("EUR provider:card"), 0);
  say(back);
  say(back);
  say(out);
  EXPECT_EQ(disputed(), 0);
  EXPECT_TRUE(look_through().ok());
  say(w::DisputeSeen{"dp_2", "pi_1", Money{1201, kEur}, false});
  EXPECT_EQ(number("SELECT COUNT(*) AS n FROM host_dead_letters"), 1) << "more than was captured";
  say(w::DisputeSeen{"dp_3", "pi_9", Money{1, kEur}, false});
  EXPECT_EQ(number("SELECT COUNT(*) AS n FROM payments_parked"), 1) << "of nobody yet";
}

TEST_F(ServiceTest, ARowThatCannotBeReadIsNamed) {
  hold("o1", 1200);
  hold("o2", 500);
  EXPECT_TRUE(load_books(**db->reader()));
  change("UPDATE payments_payments SET state = 'strange' WHERE order_id = 'o2'");
  const auto books = load_books(**db->reader());
  ASSERT_FALSE(books);
  EXPECT_EQ(books.error().detail,
            "the books cannot be read: the payment of order o2 has the state \"strange\" and the "
            "currency \"EUR\"");
}

TEST_F(ServiceTest, TheSitesAreThoseOfTheLedger) {
  EXPECT_EQ(sites_of(**db->reader())->size(), 0U);
  hold("o1", 1200);
  capture("o1", 1200);
  EXPECT_EQ(sites_of(**db->reader()), std::vector<SiteId>{SiteId("main")});
}

TEST(ParseDay, TellsAWrongShapeFromADayThatIsNot) {
  const std::pair<const char*, const char*> cases[] = {
      {"2026-11-31", "the calendar has no day 2026-11-31"},
      {"2026-13-01", "the calendar has no day 2026-13-01"},
      {"2025-02-29", "the calendar has no day 2025-02-29"},
      {"30.11.2026", "a day is written like 2026-11-30"},
      {"2026-11-3x", "a day is written like 2026-11-30"},
      {"", "a day is written like 2026-11-30"},
  };
  for (const auto& [text, says] : cases) {
    const auto day = parse_day(text);
    ASSERT_FALSE(day) << text;
    EXPECT_EQ(day.error().detail, says);
  }
  EXPECT_TRUE(parse_day("2024-02-29"));
}

TEST_F(ServiceTest, WhatAnEarlierReleaseLeftUnderWayGetsItsLook) {
  hold("o1", 1200);
  provider.lose_any(1);
  provider.set_up(false);
  ASSERT_TRUE(
      host->post(host::to<w::In>(w::kService, w::Capture{OrderId("o1"), Money{1200, kEur}, 0})));
  run();
  change("DELETE FROM host_timers");
  change("DELETE FROM host_outbox");
  change("INSERT INTO payments_unarmed (order_id) SELECT order_id FROM payments_payments");
  start();
  provider.set_up(true);
  provider.lose_any(0);
  wait(kLookAfter * 2);
  EXPECT_EQ(last(), "hold authorised") << "nobody looks";
  say(w::Begin{});
  EXPECT_EQ(number("SELECT COUNT(*) AS n FROM payments_unarmed"), 0);
  wait(kLookAfter * 2);
  EXPECT_EQ(last(), "capture captured");
}

TEST_F(ServiceTest, TheBooksAreComparedEveryDayByAnEffectAndTheResultIsKept) {
  say(w::Begin{});
  wait(std::chrono::hours(14));
  EXPECT_EQ(number("SELECT COUNT(*) AS n FROM host_outbox WHERE kind = 'books.compare'"), 1)
      << "nobody carries it out here";
  EXPECT_EQ(number("SELECT due_ms AS n FROM host_timers WHERE id = 'payments-compare'"),
            to_ms(zone::Zone::find("UTC")->next(clock.now(), std::chrono::hours(4))));
  EXPECT_FALSE(read_books_state(**db->reader())->compared);
  say(w::Compared{2, 700, 5, 9, "chain main #1: row 1 is missing before it\n"});
  BooksWatch(metrics).look(**db->reader());
  EXPECT_NE(metrics.text().find("trayline_payments_differences 2"), std::string::npos);
  const Json said = to_json(*read_books_state(**db->reader()));
  EXPECT_EQ(said.at("comparison")->int_at("difference_minor"), 700);
}

// As the release before this one left its store.
TEST(Migration, FindsWhatWasUnderWay) {
  auto db = store::open_sqlite({":memory:"}, nullptr);
  store::Migrations before = sql::migrations;
  before.steps.pop_back();
  ASSERT_TRUE((*db)->migrate({&before}));
  ASSERT_TRUE((*db)->transaction([](store::Session& session) -> Result<void> {
    const auto r = session.run(
        {"test.before",
         "INSERT INTO payments_payments (order_id, user_id, site, state, attempt, revision, "
         "currency, amount_minor, hold_minor, captured_minor, customer_id, method_id, intent_id, "
         "off_session, void_asked, reason, updated_ms) SELECT r.n, 'u', 'main', r.n, 1, 1, 'EUR', "
         "5, 5, 0, 'c', 'm', 'i', 0, 0, '', 1 FROM (SELECT 'capturing' AS n UNION SELECT 'voided') "
         "AS r",
         {}});
    return r ? Result<void>() : Result<void>(fail(r.error()));
  }));
  ASSERT_TRUE((*db)->migrate({&sql::migrations}));
  const auto rows = (*(*db)->reader())->run(sql::find_unarmed, {{"most", 9}});
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 1U);
  EXPECT_EQ(rows->at(0).text("order_id"), "capturing");
}

TEST_F(ServiceTest, APromiseUnderWayIsGivenUpAndItsCashierComesTooLate) {
  hold("c1", 900, w::Means::counter);
  capture("c1", 900);
  say(w::Void{OrderId("c1"), "abandoned"});
  EXPECT_EQ(number("SELECT COUNT(*) AS n FROM payments_counter WHERE status = 'canceled'"), 1);
  say(w::CounterPaid{OrderId("c1"), "bob"});
  EXPECT_EQ(number("SELECT COUNT(*) AS n FROM payments_ledger"), 0);
}

// Answers into a value.
struct Answered final : http::Responder {
  void answer(http::Response response) override { got = std::move(response); }
  std::shared_ptr<http::Stream> stream(http::Headers) override { return nullptr; }
  void hang_up() override {}
  http::Response got;
};

TEST_F(ServiceTest, ASettlementIsJsonCsvOrAPageAndADayIsTheSites) {
  hold("o1", 1200);
  capture("o1", 1200);
  Settings settings;
  settings.zones[SiteId("main")] = "Pacific/Auckland";
  const auto routes = payments::routes(settings, clock, nullptr, [this](const auto& job) {
    job(**db->reader());
    return true;
  });
  const auto found = std::find_if(routes.begin(), routes.end(), [](const host::Route& r) {
    return r.pattern == "/v1/staff/settlements/{day}";
  });
  ASSERT_NE(found, routes.end());
  const auto get = [&](const std::string& day, const std::string& accept,
                       const std::string& format) {
    http::Request request;
    request.params["day"] = day;
    if (!accept.empty()) request.headers.emplace_back("Accept", accept);
    if (!format.empty()) request.query["format"] = format;
    const auto responder = std::make_shared<Answered>();
    std::get<host::Raw>(found->handle)(request, responder, host::Caller());
    return responder->got;
  };
  // 14:13 UTC on 21 September is 02:13 of the 22nd there.
  ASSERT_EQ(to_rfc3339(clock.now()).substr(0, 16), "2026-09-21T14:13");
  EXPECT_EQ(get("2026-09-21", "text/csv", "").body.find("main"), std::string::npos);
  const http::Response csv = get("2026-09-22", "text/csv;q=1, */*;q=0.1", "");
  EXPECT_EQ(csv.body,
            "day,site,currency,captures,gross_minor,tax_minor,refunds_minor,disputes_minor,"
            "net_minor,provider_minor,difference_minor\r\n"
            "2026-09-22,main,EUR,1,1200,120,0,0,1200,1200,0\r\n");
  EXPECT_EQ(*http::find_header(csv.headers, "Content-Type"), "text/csv; charset=utf-8");
  const std::string browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
  EXPECT_NE(get("2026-09-22", browser, "")
                .body.find("<tr><td>main</td><td>1</td><td>EUR 12.00</td><td>EUR 1.20</td>"
                           "<td>EUR 0.00</td><td>EUR 0.00</td><td>EUR 12.00</td>"
                           "<td>EUR 0.00</td></tr>"),
            std::string::npos)
      << "a cell for each heading";
  EXPECT_NE(get("2026-09-22", "", "").body.find(R"("gross_minor":1200)"), std::string::npos);
  EXPECT_NE(get("2026-09-22", browser, "json").body.find(R"("gross_minor":1200)"),
            std::string::npos);
  EXPECT_EQ(get("2026-09-31", "", "").status, 400);
  EXPECT_EQ(get("2026-09-22", "", "pdf").status, 400);
}

}  // namespace
}  // namespace trayline::payments
