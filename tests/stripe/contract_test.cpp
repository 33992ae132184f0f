// The payments service's Stripe client against the simulator, without sockets: every request fits
// the official request schemas, every answer is read, and faults end as they should.
#include <gtest/gtest.h>

#include "cloud/payments/stripe/provider.hpp"
#include "cloud/payments/stripe/signature.hpp"
#include "cloud/payments/stripe_provider.hpp"
#include "lib/base/encoding.hpp"
#include "sim/stripe/form.hpp"
#include "sim/stripe/simulator.hpp"
#include "sim/stripe/webhooks.hpp"
#include "sim/stripe/wire_check.hpp"

namespace trayline {
namespace {

constexpr std::string_view base = "http://stripe";
const std::string subset_file = TRAYLINE_SOURCE_DIR "/../shared/data/stripe/stripe-subset.json";

// What happens to the next request on its way.
enum class Mishap { none, lost_before, lost_after, error_after };

class Contract : public testing::Test {
 protected:
  void SetUp() override {
    if (auto subset = stripe_sim::Subset::load(subset_file)) checks.emplace(std::move(*subset));
  }
  // Whatever went over the wire fits the official description, where it is there.
  void TearDown() override {
    if (!checks) return;
    const Json report = checks->report();
    for (const Json& problem : *report.at("problems")->as_array()) {
      ADD_FAILURE() << *problem.as_string();
    }
  }
  http::Request parse(const http::ClientRequest& sent) {
    http::Request request;
    request.method = sent.method;
    const std::string target = sent.url.substr(base.size());
    const std::size_t mark = std::min(target.find('?'), target.size());
    request.path = target.substr(0, mark);
    request.headers = sent.headers;
    request.body = sent.body;
    request.query_text = target.substr(std::min(mark + 1, target.size()));
    return request;
  }
  void send(const http::ClientRequest& sent, const http::Client::Done& done) {
    asked.push_back(parse(sent));
    const Mishap now = mishaps.empty() ? Mishap::none : mishaps.front();
    if (!mishaps.empty()) mishaps.erase(mishaps.begin());
    if (now == Mishap::lost_before) return done(fail(Code::unknown_outcome, "time-out"));
    const auto call = stripe_sim::call_of(asked.back());
    ASSERT_TRUE(call) << call.error().detail;
    const auto reply = account.call(*call, clock.now(), random);
    if (checks) checks->look(*call, reply);
    if (now == Mishap::lost_after) return done(fail(Code::unknown_outcome, "time-out"));
    auto response = stripe_sim::response_of(reply, *call, "2023-08-16");
    if (now == Mishap::error_after) response.status = 500;
    done(std::move(response));
  }
  template <class T>
  auto into(std::optional<stripe::Outcome<T>>& slot) {
    return [&slot](stripe::Outcome<T> outcome) { slot = std::move(outcome); };
  }
  std::string customer() {
    std::optional<stripe::Outcome<std::string>> made;
    provider.create_customer(UserId("u1"), "tl-u1-customer-1", into(made));
    EXPECT_TRUE(made && *made);
    return made->value();
  }
  // With a card on it, as the app's card element does it.
  std::string saved_card(const std::string& owner, const std::string& number) {
    std::optional<stripe::Outcome<stripe::SetupIntent>> setup;
    provider.create_setup_intent(owner, "tl-" + owner + "-setup-" + number.substr(12), into(setup));
    EXPECT_TRUE(setup && *setup);
    const auto form = stripe_sim::parse_form(
        "client_secret=" + (*setup)->client_secret +
        "&payment_method_data[type]=card&payment_method_data[card][number]=" + number +
        "&payment_method_data[card][exp_month]=1&payment_method_data[card][exp_year]=40");
    const auto reply = account.call({.method = "POST",
                                     .path = "/v1/setup_intents/" + (*setup)->id + "/confirm",
                                     .params = *form,
                                     .authorization = "Bearer pk_test_app"},
                                    clock.now(), random);
    EXPECT_EQ(reply.status, 200) << reply.body.dump();
    return reply.body.text_at("payment_method");
  }
  stripe::Intent created(const std::string& order, const std::string& number = "4242424242424242") {
    who = customer();
    card = saved_card(who, number);
    std::optional<stripe::Outcome<stripe::Intent>> intent;
    provider.create_intent({OrderId(order), 1, Money{1250, *Currency::parse("EUR")}, who, card},
                           "tl-" + order + "-create-1", into(intent));
    EXPECT_TRUE(intent && *intent);
    return intent->value();
  }

  // What payments hears of the account's events of a kind; as: under another type.
  template <class M>
  std::vector<M> heard(const std::string& type, const std::string& as = "") {
    std::vector<M> all;
    stripe::Call list;
    list.method = "GET";
    list.path = "/v1/events";
    list.params = {{"type", type}};
    client.call(list, [&](Result<stripe::Reply> reply) {
      ASSERT_TRUE(reply) << reply.error().detail;
      for (const Json& body : *reply->body.at("data")->as_array()) {
        Result<stripe::Event> event = stripe::decode_event(body.dump());
        ASSERT_TRUE(event) << event.error().detail;
        if (!as.empty()) event->type = as;
        const auto message = payments::message_of(*event);
        ASSERT_TRUE(message && *message) << type;
        all.push_back(std::get<M>(std::any_cast<const wire::payments::In&>((*message)->body)));
      }
    });
    return all;
  }

  ManualClock clock{from_ms(1'772'500'000'000)};
  SeededRandom random{11};
  stripe_sim::Account account;
  std::optional<stripe_sim::WireCheck> checks;
  std::vector<http::Request> asked;
  std::vector<Mishap> mishaps;
  std::string who;
  std::string card;
  stripe::Client client{stripe::Settings{.base_url = std::string(base)},
                        "sk_test_contract",
                        {.send = [this](http::ClientRequest request,
                                        http::Client::Done done) { send(request, done); },
                         .after = [](Millis, std::function<void()> task) { task(); }},
                        clock,
                        random};
  stripe::Provider provider{client};
  std::optional<stripe::Outcome<stripe::Intent>> last;
};

TEST_F(Contract, HoldsCapturesAndRefundsAnOrder) {
  const stripe::Intent intent = created("o1");
  EXPECT_EQ(intent.status, stripe::IntentStatus::requires_confirmation);
  EXPECT_EQ(intent.order_id, "o1");
  provider.confirm(intent.id, true, "tl-o1-confirm-1", into(last));
  EXPECT_EQ(last->value().status, stripe::IntentStatus::requires_capture);
  EXPECT_EQ(last->value().amount_capturable_minor, 1250);
  provider.capture(intent.id, 1000, "tl-o1-capture-1", into(last));
  EXPECT_EQ(last->value().status, stripe::IntentStatus::succeeded);
  EXPECT_EQ(last->value().amount_received_minor, 1000);
  std::optional<stripe::Outcome<stripe::Refund>> refund;
  provider.refund({OrderId("o1"), RefundId("r1"), intent.id, 400}, "tl-o1-refund-r1", into(refund));
  EXPECT_EQ(refund->value().amount_minor, 400);
  const Json books = stripe_sim::ledger(account.state());
  EXPECT_EQ(books.at("charges", 0)->text_at("key"), "tl-o1-capture-1");
  EXPECT_EQ(books.at("charges", 0)->int_at("refunded"), 400);
}

TEST_F(Contract, ADisputeTakesTheMoneyAndGivesItBackByItsEvents) {
  using wire::payments::DisputeSeen;
  using wire::payments::Notice;
  const stripe::Intent intent = created("o1", "4000000000000259");
  provider.confirm(intent.id, true, "tl-o1-confirm-1", into(last));
  provider.capture(intent.id, 1000, "tl-o1-capture-1", into(last));
  const auto out = heard<DisputeSeen>("charge.dispute.funds_withdrawn");
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].intent, intent.id);
  EXPECT_EQ(to_string(out[0].amount), "EUR 10.00");
  EXPECT_FALSE(out[0].back);
  EXPECT_EQ(heard<Notice>("charge.dispute.created").at(0).id, out[0].id);
  const auto back =
      heard<DisputeSeen>("charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated");
  EXPECT_TRUE(back.at(0).back);
  EXPECT_EQ(back.at(0).id, out[0].id) << "the same dispute";
  const auto closed = account.call({.method = "POST",
                                    .path = "/v1/disputes/" + out[0].id + "/close",
                                    .authorization = "Bearer sk_test_contract"},
                                   clock.now(), random);
  ASSERT_EQ(closed.status, 200) << closed.body.dump();
  EXPECT_EQ(heard<Notice>("charge.dispute.closed").at(0).reason, "lost");
}

TEST_F(Contract, CapturesOnceWhateverIsLostOnTheWay) {
  const stripe::Intent intent = created("o2");
  provider.confirm(intent.id, false, "tl-o2-confirm-1", into(last));
  mishaps = {Mishap::lost_after, Mishap::lost_before, Mishap::error_after};
  provider.capture(intent.id, 1250, "tl-o2-capture-1", into(last));
  ASSERT_FALSE(last->has_value());
  EXPECT_EQ(last->error().kind, stripe::Failure::Kind::unknown_outcome);
  provider.read_intent(intent.id, into(last));
  EXPECT_EQ(last->value().status, stripe::IntentStatus::succeeded);
  provider.capture(intent.id, 1250, "tl-o2-capture-1", into(last));
  EXPECT_TRUE(last->has_value()) << "the same key gives the stored answer";
  provider.capture(intent.id, 1250, "tl-o2-capture-2", into(last));
  ASSERT_FALSE(last->has_value());
  EXPECT_EQ(last->error().kind, stripe::Failure::Kind::refused);
  EXPECT_EQ(last->error().error.code, "payment_intent_unexpected_state");
  EXPECT_EQ(last->error().intent->status, stripe::IntentStatus::succeeded);
  EXPECT_EQ(stripe_sim::ledger(account.state()).int_at("captured"), 1250);
}

TEST_F(Contract, FindsTheIntentWhoseIdWasLost) {
  const stripe::Intent intent = created("o3");
  clock.advance(Millis(5'000));
  provider.find_intent({OrderId("o3"), 1, {}, who, {}}, intent.created_s, into(last));
  EXPECT_EQ(last->value().id, intent.id);
  provider.find_intent({OrderId("o3"), 1, {}, who, {}}, intent.created_s + 1, into(last));
  EXPECT_EQ(last->error().kind, stripe::Failure::Kind::missing);
}

TEST_F(Contract, ReadsDeclinesAndChallenges) {
  who = customer();
  const auto pay = [&](const std::string& method, const std::string& order, bool off_session) {
    provider.create_intent({OrderId(order), 1, Money{700, *Currency::parse("EUR")}, who, method},
                           "tl-" + order + "-create-1", into(last));
    const std::string id = last->value().id;
    provider.confirm(id, off_session, "tl-" + order + "-confirm-1", into(last));
  };
  pay("pm_card_visa_chargeDeclinedInsufficientFunds", "o4", true);
  EXPECT_EQ(last->error().kind, stripe::Failure::Kind::declined);
  EXPECT_EQ(last->error().error.decline_code, "insufficient_funds");
  EXPECT_EQ(last->error().intent->status, stripe::IntentStatus::requires_payment_method);
  pay("pm_card_authenticationRequired", "o5", true);
  EXPECT_EQ(last->error().kind, stripe::Failure::Kind::needs_customer);
  pay("pm_card_authenticationRequired", "o6", false);
  EXPECT_EQ(last->value().status, stripe::IntentStatus::requires_action);
  provider.cancel(last->value().id, stripe::CancelReason::abandoned, "tl-o6-cancel-1", into(last));
  EXPECT_EQ(last->value().status, stripe::IntentStatus::canceled);
  EXPECT_EQ(last->value().cancellation_reason, "abandoned");
}

TEST_F(Contract, TheSignaturesOfTheSimulatorAreTakenAndItsEventsRead) {
  created("o7");
  const std::vector<std::string> secrets{"whsec_a", "whsec_b"};
  std::size_t intents = 0;
  for (const std::string& id : account.state().ids(stripe_sim::Table::events)) {
    const std::string body = account.state().find(stripe_sim::Table::events, id)->dump();
    const std::string header = stripe_sim::stripe_signature(body, "whsec_b", clock.now());
    EXPECT_TRUE(stripe::verify_signature(body, header, secrets, clock.now()));
    const auto event = stripe::decode_event(body);
    ASSERT_TRUE(event) << event.error().detail;
    if (event->type.starts_with("payment_intent.")) {
      EXPECT_TRUE(stripe::decode_intent(event->object));
      ++intents;
    }
  }
  EXPECT_EQ(intents, 1u);
}

TEST_F(Contract, EveryCallFitsTheOfficialSchemas) {
  if (!checks) GTEST_SKIP() << subset_file << " is not there";
  const stripe::Intent intent = created("o8");
  std::optional<stripe::Outcome<stripe::EphemeralKey>> key;
  provider.create_ephemeral_key(who, "2022-11-15", "tl-u1-key-1", into(key));
  EXPECT_FALSE(key->value().secret.empty());
  EXPECT_EQ(*asked.back().header("stripe-version"), "2022-11-15");
  std::optional<stripe::Outcome<stripe::Refund>> refund;
  provider.confirm(intent.id, true, "k1", into(last));
  provider.capture(intent.id, 900, "k2", into(last));
  provider.cancel(intent.id, stripe::CancelReason::duplicate, "k3", into(last));
  provider.refund({OrderId("o8"), RefundId("r8"), intent.id, 100, stripe::RefundReason::fraudulent},
                  "k4", into(refund));
  provider.read_intent(intent.id, into(last));
  provider.find_intent({OrderId("none"), 1, {}, who, {}}, 0, into(last));
  EXPECT_GE(checks->report().int_at("requests"), 9);
  EXPECT_GT(checks->report().int_at("replies"), checks->report().int_at("requests"))
      << "the cancel of a captured intent is refused";
}

}  // namespace
}  // namespace trayline
