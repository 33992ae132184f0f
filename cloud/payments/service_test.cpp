// What is kept, what comes back after a restart, and that the books agree at the end.
#include <set>

#include "cloud/payments/settlement.hpp"
#include "cloud/payments/sql.hpp"
#include "cloud/payments/stripe/signature.hpp"
#include "cloud/payments/test_service.hpp"

namespace trayline::payments {
namespace {

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
  const auto day = settle_day(**reader, *parse_day(to_rfc3339(clock.now()).substr(0, 10)), {}, {});
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

class Heard final : public http::Responder {
 public:
  void answer(http::Response response) override { status = response.status; }
  std::shared_ptr<http::Stream> stream(http::Headers) override { return nullptr; }
  void hang_up() override {}
  int status = 0;
};

TEST_F(ServiceTest, AWebhookIsTakenOnlyOnceItIsCommitted) {
  std::vector<host::Host::Answered> asked;
  bool full = false;
  const auto ask = [&](host::Message, host::Host::Answered answered) -> Result<void> {
    if (full) return fail(Code::exhausted, "the queue is full");
    asked.push_back(std::move(answered));
    return {};
  };
  const auto all = routes({"/hook", {"whsec_test"}, {}}, clock, ask);
  const auto hook = std::find_if(all.begin(), all.end(),
                                 [](const host::Route& route) { return route.pattern == "/hook"; });
  ASSERT_NE(hook, all.end());
  const auto deliver = [&] {
    http::Request request;
    request.body = R"({"id":"evt_1","object":"event","type":"payment_method.detached","created":1,)"
                   R"("livemode":false,"data":{"object":{"id":"pm_1","object":"payment_method"}}})";
    request.headers = {{"Stripe-Signature", stripe::sign(request.body, "whsec_test", clock.now())}};
    const auto heard = std::make_shared<Heard>();
    std::get<host::Raw>(hook->handle)(std::move(request), heard, host::Caller{});
    return heard;
  };
  host::Answer committed;
  committed.status = 200;
  host::Answer refused;
  refused.problem = host::Problem{Code::unavailable, "store_unavailable", "", {}};
  for (const auto& [answer, status] : {std::pair(committed, 200), std::pair(refused, 503)}) {
    const auto heard = deliver();
    ASSERT_FALSE(asked.empty());
    EXPECT_EQ(heard->status, 0) << "nothing is committed yet";
    asked.back()(answer);
    EXPECT_EQ(heard->status, status);
  }
  full = true;
  EXPECT_EQ(deliver()->status, 503) << "the provider sends it again";
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
  change("DROP TRIGGER payments_ledger_update");
  change("UPDATE payments_ledger SET amount_minor = 1 WHERE line = 1");
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
    const bool elsewhere =  // tests/scenarios
        statement->name == "payments.read_cards" || statement->name == "payments.read_entries";
    if (elsewhere) continue;
    EXPECT_TRUE(seen.contains(std::string(statement->name))) << statement->name << " did not run";
  }
}

}  // namespace
}  // namespace trayline::payments
