// The service on a real host and SQLite, with both providers and a listener in place of orders:
// what is kept, what comes back after a restart, and that the books agree at the end.
#include "cloud/payments/service.hpp"

#include <gtest/gtest.h>

#include <set>

#include "cloud/payments/audit.hpp"
#include "cloud/payments/counter_provider.hpp"
#include "cloud/payments/memory_provider.hpp"
#include "cloud/payments/settlement.hpp"
#include "cloud/payments/sql.hpp"
#include "lib/base/check.hpp"
#include "lib/host/host.hpp"
#include "lib/store/sqlite.hpp"
#include "lib/wire/orders.hpp"

namespace trayline::payments {
namespace {

namespace w = wire::payments;
const Currency kEur = *Currency::parse("EUR");

// Hears what payments tells orders.
class Listener final : public host::Service {
 public:
  std::string_view name() const override { return wire::orders::kService; }
  const store::Migrations& migrations() const override { return none_; }
  Result<std::any> decode(const Json&) const override { return fail(Code::not_found, "none"); }
  Json encode(const std::any&) const override { return Json(); }
  Result<std::vector<host::Output>> handle(store::Session&, std::span<const host::Message> batch,
                                           Time) override {
    for (const host::Message& m : batch) {
      const auto& in = std::any_cast<const wire::orders::In&>(m.body);
      if (const auto* r = std::get_if<wire::orders::HoldResult>(&in)) {
        heard.push_back("hold " + std::string(enum_name(r->outcome)));
      } else if (const auto* c = std::get_if<wire::orders::CaptureResult>(&in)) {
        heard.push_back("capture " + std::string(enum_name(c->outcome)));
      } else if (const auto* f = std::get_if<wire::orders::RefundResult>(&in)) {
        heard.push_back("refund " + std::string(enum_name(f->outcome)));
      } else {
        heard.push_back("ending");
      }
    }
    return std::vector<host::Output>(batch.size());
  }
  std::vector<std::string> heard;

 private:
  store::Migrations none_{"listener", {}};
};

class ServiceTest : public testing::Test {
 protected:
  ServiceTest() {
    auto opened = store::open_sqlite({":memory:"}, nullptr);
    check(opened.has_value(), "no store in memory");
    db = std::move(*opened);
    start();
    say(w::SetUpCard{UserId("ann"), "first"});
    say(w::CardSaved{"cus_ann", "visa", "visa", "4242", 1, 2040});
    say(w::CardSaved{"cus_ann", "visa"});
  }
  // Also a restart: whatever was under way is taken up again.
  void start() {
    host.reset();
    provider.drop_held();
    provider.hold_answers(false);
    service = make_service();
    counter = make_counter_provider(*db, clock);
    executor = make_executor({provider, counter.get()}, clock);
    host =
        std::make_unique<host::Host>(host::Parts{*db, clock, random, metrics, {}, host::Limits{}},
                                     std::vector<host::Service*>{&orders, service.get()},
                                     std::vector<host::Executor*>{executor.get()});
    ASSERT_TRUE(host->start());
    run();
  }
  void run() {
    while (host->tick()) {
    }
  }
  template <class M>
  void say(M message) {
    ASSERT_TRUE(host->post(host::to<w::In>(w::kService, std::move(message))));
    run();
  }
  // Time goes on, with all that it brings.
  void wait(Millis time) {
    const Time end = clock.now() + time;
    while (clock.now() < end) {
      const Millis next = host->next_due() ? *host->next_due() - clock.now() : Millis::max();
      clock.advance(std::clamp<Millis>(next, Millis(1), end - clock.now()));
      run();
    }
  }
  void hold(const std::string& order, std::int64_t minor, w::Means means = w::Means::card) {
    say(w::Hold{OrderId(order), UserId("ann"), SiteId("main"), Money{minor, kEur}, false, means});
  }
  void capture(const std::string& order, std::int64_t minor) {
    say(w::Capture{OrderId(order), Money{minor, kEur}, minor / 10});
  }
  void refund(const std::string& order, const std::string& id, std::int64_t minor) {
    say(w::Refund{OrderId(order), RefundId(id), Money{minor, kEur}, minor / 10, "duplicate",
                  "bob"});
  }
  std::string last() const { return orders.heard.empty() ? "" : orders.heard.back(); }
  std::int64_t held() const {
    std::int64_t sum = 0;
    for (const auto& open : provider.holds()) sum += open.minor;
    return sum;
  }
  AuditReport look_through() {
    auto reader = db->reader();
    const Result<Books> books = load_books(**reader);
    EXPECT_TRUE(books) << books.error().detail;
    return audit(*books);
  }
  std::int64_t number(const std::string& sql) {
    auto reader = db->reader();
    const std::string name = "test." + sql;
    const auto rows = (*reader)->run(store::Statement{name, sql, {}});
    return rows->at(0).integer("n");
  }

  ManualClock clock{from_ms(1'790'000'000'000)};
  SeededRandom random{7};
  Metrics metrics;
  std::unique_ptr<store::Store> db;
  MemoryProvider provider;
  std::unique_ptr<Provider> counter;
  Listener orders;
  std::unique_ptr<host::Service> service;
  std::unique_ptr<host::Executor> executor;
  std::unique_ptr<host::Host> host;
};

TEST_F(ServiceTest, HoldsTakesAndPaysBackAndTheBooksAgree) {
  hold("o1", 1200);
  EXPECT_EQ(last(), "hold authorised");
  capture("o1", 1000);
  EXPECT_EQ(last(), "capture captured");
  refund("o1", "r1", 400);
  EXPECT_EQ(last(), "refund refunded");
  refund("o1", "r2", 601);
  EXPECT_EQ(last(), "refund failed");
  refund("o1", "r3", 600);
  EXPECT_EQ(provider.refunds().size(), 2U);
  const AuditReport report = look_through();
  EXPECT_TRUE(report.ok()) << report.findings.at(0).words;
  EXPECT_EQ(report.balances.at("EUR provider:card"), 0);
  auto reader = db->reader();
  const auto day = settle_day(**reader, *parse_day(to_rfc3339(clock.now()).substr(0, 10)), {});
  ASSERT_EQ(day->size(), 1U);
  EXPECT_EQ(day->at(0).gross_minor, 1000);
  EXPECT_EQ(day->at(0).tax_minor, 100);
  EXPECT_EQ(day->at(0).refunds_minor, 1000);
  EXPECT_EQ(day->at(0).captures, 1);
  EXPECT_EQ(day->at(0).difference_minor, 0);
}

TEST_F(ServiceTest, ARaiseEndsInOneHoldWhateverIsLost) {
  for (const std::string method : {"visa", "fixed"}) {
    say(w::CardSaved{"cus_ann", method});
    for (int lost = 0; lost < 8; ++lost) {
      const std::string order = method + std::to_string(lost);
      hold(order, 1000);
      const std::int64_t before = held();
      provider.lose_any(lost);
      say(w::Raise{OrderId(order), Money{1500, kEur}, true});
      wait(Millis(900'000));
      provider.lose_any(0);
      EXPECT_EQ(last(), "hold authorised") << order;
      EXPECT_EQ(held(), before + 500) << order << ": one hold, over the whole amount";
      capture(order, 1500);
      EXPECT_EQ(last(), "capture captured");
    }
  }
  EXPECT_TRUE(look_through().ok());
}

TEST_F(ServiceTest, ARestartAtAnyPointOfARaiseLosesNoHoldAndKeepsNoSecond) {
  say(w::CardSaved{"cus_ann", "fixed"});
  for (int steps = 1; steps < 7; ++steps) {
    const std::string order = "o" + std::to_string(steps);
    hold(order, 1000);
    const std::int64_t before = held();
    ASSERT_TRUE(host->post(
        host::to<w::In>(w::kService, w::Raise{OrderId(order), Money{1500, kEur}, true})));
    for (int i = 0; i < steps; ++i) host->tick();
    start();  // answers under way are lost
    wait(Millis(900'000));
    EXPECT_EQ(held(), before + 500) << order;
    capture(order, 1500);
    EXPECT_EQ(last(), "capture captured") << order;
  }
}

TEST_F(ServiceTest, TheCounterWaitsForItsCashierOverARestart) {
  hold("c1", 900, w::Means::counter);
  EXPECT_EQ(last(), "hold authorised");
  capture("c1", 900);
  EXPECT_EQ(last(), "hold authorised") << "nobody took the money yet";
  start();
  wait(Millis(3'600'000));
  EXPECT_EQ(last(), "hold authorised");
  say(w::CounterPaid{OrderId("c1"), "bob"});
  EXPECT_EQ(last(), "capture captured");
  refund("c1", "cash", 900);
  EXPECT_EQ(last(), "refund refunded");
  EXPECT_EQ(number("SELECT COUNT(*) AS n FROM payments_counter_refunds"), 1);
  hold("c2", 700, w::Means::counter);
  say(w::Raise{OrderId("c2"), Money{800, kEur}, true});
  EXPECT_EQ(last(), "hold authorised");
  say(w::Void{OrderId("c2"), "abandoned"});
  EXPECT_TRUE(look_through().ok());
}

TEST_F(ServiceTest, OrdersHearOfAHoldBeforeItEndsAndWhenItHasEnded) {
  hold("o1", 1200);
  wait(kHoldOnSession - kHoldMargin + kLookJitter);
  EXPECT_EQ(last(), "ending");
  provider.lapse_holds();
  wait(kHoldMargin + kLookAtCustomer + kLookJitter * 2);
  EXPECT_EQ(std::count(orders.heard.begin(), orders.heard.end(), "ending"), 2);
  capture("o1", 1200);
  EXPECT_EQ(last(), "capture lapsed");
}

TEST_F(ServiceTest, AChallengeWhoseWebhookIsLostIsSeenByLooking) {
  say(w::CardSaved{"cus_ann", "challenge"});
  hold("o1", 1200);
  EXPECT_EQ(last(), "hold action_required");
  provider.challenge("pi_1", true);
  wait(kLookAtCustomer + kLookJitter);
  EXPECT_EQ(last(), "hold authorised");
}

TEST_F(ServiceTest, ACreateWhoseKeyIsForgottenIsLookedFor) {
  provider.lose_any(1);
  ASSERT_TRUE(host->post(host::to<w::In>(
      w::kService, w::Hold{OrderId("o1"), UserId("ann"), SiteId("main"), Money{1200, kEur}})));
  while (host->tick() && provider.calls() == 0) {
  }
  provider.set_up(false);
  wait(kKeyTrusted + Millis(1));
  provider.forget_keys();
  provider.set_up(true);
  wait(Millis(600'000));
  EXPECT_EQ(last(), "hold authorised");
  EXPECT_EQ(number("SELECT COUNT(*) AS n FROM payments_payments WHERE intent_id = 'pi_1'"), 1);
}

TEST_F(ServiceTest, EventsOfUnknownOrdersWaitForThemAndAreGivenUpAfterDays) {
  const auto event = [](const std::string& order) {
    w::IntentSeen seen;
    seen.order = OrderId(order);
    seen.step = "event";
    seen.intent = "pi_9";
    seen.status = IntentStatus::requires_action;
    return seen;
  };
  say(event("early"));
  say(event("never"));
  EXPECT_EQ(number("SELECT COUNT(*) AS n FROM payments_parked"), 2);
  hold("early", 500);
  EXPECT_EQ(number("SELECT COUNT(*) AS n FROM payments_parked"), 1);
  wait(kParkedKept + kParkedLook * 2);
  EXPECT_EQ(number("SELECT COUNT(*) AS n FROM payments_parked"), 0);
  EXPECT_EQ(number("SELECT COUNT(*) AS n FROM host_dead_letters"), 1);
}

TEST_F(ServiceTest, ADisputeIsKeptForStaff) {
  hold("o1", 1200);
  capture("o1", 1200);
  const w::Notice dispute{"dp_1", "dispute", "pi_1", Money{1200, kEur}, "fraudulent"};
  say(dispute);
  say(dispute);
  const auto routes = payments::routes({}, clock, nullptr);
  const auto found = std::find_if(routes.begin(), routes.end(), [](const host::Route& r) {
    return r.pattern == "/v1/staff/payment-notices";
  });
  ASSERT_NE(found, routes.end());
  auto reader = db->reader();
  const http::Request request;
  const host::Caller caller;
  const Json body;
  const host::Asked asked{request, caller, body, clock.now(), random};
  const auto answer = std::get<host::Query>(found->handle)(asked, **reader);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body.at("data")->as_array()->size(), 1U);
}

TEST_F(ServiceTest, ACardThatIsForgottenPaysNoMore) {
  say(w::CardWish{UserId("ann"), "visa", true});
  hold("o1", 1200);
  EXPECT_EQ(last(), "hold no_card");
}

TEST_F(ServiceTest, TheAuditSeesWhatWasChangedBehindItsBack) {
  hold("o1", 1200);
  capture("o1", 1200);
  ASSERT_TRUE(look_through().ok());
  const std::string change = "UPDATE payments_ledger SET amount_minor = 1 WHERE line = 1";
  ASSERT_TRUE(db->transaction([&](store::Session& session) -> Result<void> {
    const auto r = session.run(store::Statement{"test.forge", change, {}});
    return r ? Result<void>() : Result<void>(fail(r.error()));
  }));
  const AuditReport report = look_through();
  std::set<std::string> kinds;
  for (const Finding& finding : report.findings) kinds.insert(finding.kind);
  EXPECT_TRUE(kinds.contains("chain"));
  EXPECT_TRUE(kinds.contains("capture"));
  EXPECT_EQ(report.difference_minor, 1079);
}

TEST(Statements, ZAllHaveRun) {
  auto opened = store::open_sqlite({":memory:"}, nullptr);
  const std::vector<std::string> names = (*opened)->statements_seen();
  const std::set<std::string> seen(names.begin(), names.end());
  for (const store::Statement* statement : sql::statements) {
    if (statement->name == "payments.read_cards") continue;  // tests/scenarios
    EXPECT_TRUE(seen.contains(std::string(statement->name))) << statement->name << " did not run";
  }
}

}  // namespace
}  // namespace trayline::payments
