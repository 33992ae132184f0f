// What calls and replies look like: errors, keys, lists, expansion, the official schemas.
#include <gtest/gtest.h>

#include "lib/base/encoding.hpp"
#include "sim/stripe/account_fixture.hpp"

namespace trayline::stripe_sim {
namespace {

TEST_F(Stripe, RefusesWhatTheEndpointsDoNotKnow) {
  struct Row {
    const char* method;
    const char* path;
    const char* form;
    int status;
    const char* code;
  };
  const Row rows[] = {
      {"POST", "/v1/payment_intents", "currency=eur", 400, "parameter_missing"},
      {"POST", "/v1/payment_intents", "amount=x&currency=eur", 400, "parameter_invalid_integer"},
      {"POST", "/v1/payment_intents", "amount=99999999999999999999&currency=eur", 400,
       "parameter_invalid_integer"},
      {"POST", "/v1/payment_intents", "amount=1.5&currency=eur", 400, "parameter_invalid_integer"},
      {"POST", "/v1/payment_intents", "amount=49&currency=eur", 400, "amount_too_small"},
      {"POST", "/v1/payment_intents", "amount=-500&currency=eur", 400, "amount_too_small"},
      {"POST", "/v1/payment_intents", "amount=500&currency=euros", 400, ""},
      {"POST", "/v1/payment_intents", "amount=500&currency=eur&colour=red", 400,
       "parameter_unknown"},
      {"POST", "/v1/payment_intents", "amount=500&currency=eur&customer=cus_none", 400,
       "resource_missing"},
      {"POST", "/v1/payment_intents", "amount=500&currency=eur&payment_method=pm_none", 400,
       "resource_missing"},
      {"POST", "/v1/payment_intents", "amount=500&currency=eur&capture_method=later", 400, ""},
      {"POST", "/v1/payment_intents", "amount[a]=500&currency=eur", 400, ""},
      {"POST", "/v1/payment_intents", "amount=500&currency=eur&metadata[a][b]=c", 400,
       "parameter_invalid_object"},
      {"GET", "/v1/payment_intents/pi_none", "", 404, "resource_missing"},
      {"GET", "/v1/payment_intents", "limit=0", 400, ""},
      {"GET", "/v1/payment_intents", "created[since]=1", 400, "parameter_unknown"},
      {"GET", "/v1/nothing", "", 404, ""},
      {"DELETE", "/v1/customers", "", 404, ""},
      {"GET", "/v1/customers/cus_none/payment_methods/pm_none", "", 404, "resource_missing"},
      {"GET", "/v1/customers//payment_methods", "", 404, ""},
      {"POST", "/v1/refunds", "", 400, "parameter_missing"},
      {"POST", "/v1/ephemeral_keys", "", 400, "parameter_missing"},
      {"GET", "/v1/customers", "expand[]=data.nothing", 200, ""},
  };
  for (const Row& row : rows) {
    const Reply reply = send(row.method, row.path, row.form, "");
    EXPECT_EQ(reply.status, row.status) << row.path << " " << row.form << reply.body.dump();
    EXPECT_EQ(code_of(reply), row.code) << row.path << " " << row.form;
  }
}

TEST_F(Stripe, WantsATestKey) {
  const auto status = [&](const std::string& auth) {
    return send("GET", "/v1/customers", "", "", auth).status;
  };
  EXPECT_EQ(status("Bearer sk_test_any"), 200);
  EXPECT_EQ(status("Basic " + to_base64(as_bytes("sk_test_any:"))), 200);
  for (const char* bad : {"", "Bearer sk_live_x", "Bearer sk_test_", "sk_test_any", "Basic !!"}) {
    EXPECT_EQ(status(bad), 401) << bad;
  }
  Account strict(Settings{.secret_key = "sk_test_only", .publishable_key = "pk_test_only"});
  const Call call{.method = "GET", .path = "/v1/customers", .authorization = "Bearer sk_test_any"};
  EXPECT_EQ(strict.call(call, clock.now(), random).status, 401);
}

TEST_F(Stripe, ListsNewestFirstInPagesAndByCustomerAndTime) {
  const std::string who = customer();
  std::vector<std::string> made;
  for (int i = 0; i < 5; ++i) {
    clock.advance(std::chrono::seconds(1));
    made.push_back(
        post("/v1/payment_intents", "amount=500&currency=eur&customer=" + who).text_at("id"));
    post("/v1/payment_intents", "amount=500&currency=eur");
  }
  const Json first = post("/v1/payment_intents", "amount=600&currency=eur");
  const auto page = [&](const std::string& query) {
    const Reply reply = send("GET", "/v1/payment_intents", query + "&customer=" + who);
    std::vector<std::string> ids;
    for (const Json& row : *reply.body.at("data")->as_array()) ids.push_back(row.text_at("id"));
    return std::pair(ids, *reply.body.at("has_more")->as_bool());
  };
  using Ids = std::vector<std::string>;
  EXPECT_EQ(page("limit=2"), std::pair(Ids({made[4], made[3]}), true));
  EXPECT_EQ(page("limit=2&starting_after=" + made[3]), std::pair(Ids({made[2], made[1]}), true));
  EXPECT_EQ(page("limit=2&starting_after=" + made[1]), std::pair(Ids({made[0]}), false));
  EXPECT_EQ(page("limit=2&ending_before=" + made[1]), std::pair(Ids({made[3], made[2]}), true));
  const std::int64_t last = first.int_at("created");
  EXPECT_EQ(page("created[gte]=" + std::to_string(last)), std::pair(Ids({made[4]}), false));
  EXPECT_EQ(page("created[lt]=" + std::to_string(last - 3)), std::pair(Ids({made[0]}), false));
}

TEST_F(Stripe, ExpandsIdsWhereAsked) {
  const Reply reply = send("POST", "/v1/payment_intents",
                           "amount=500&currency=eur&confirm=true&payment_method=pm_card_visa"
                           "&expand[]=latest_charge&expand[]=payment_method");
  EXPECT_EQ(reply.status, 200) << reply.body.dump();
  EXPECT_EQ(reply.body.at("payment_method")->text_at("object"), "payment_method");
  EXPECT_EQ(reply.body.at("latest_charge")->text_at("object"), "charge");
  EXPECT_EQ(send("POST", "/v1/payment_intents", "amount=500&currency=eur&expand[]=colour").status,
            400);
}

// What the fixture looks at while calls pass is what it says: a wrong reply would be seen.
TEST_F(Stripe, EveryReplyIsHeldAgainstTheOfficialDescription) {
  if (!checks) GTEST_SKIP() << subset_file << " is not there";
  WireCheck strict(*Subset::load(subset_file));
  const Call call{.method = "GET", .path = "/v1/customers/cus_1", .authorization = {}};
  strict.look(call, {.status = 200, .body = Json::object({{"id", "cus_1"}})});
  EXPECT_GT(strict.report().int_at("problem_count"), 0);
  const auto fits = [&](std::string_view schema, const Json& value) {
    for (const std::string& problem : Subset::load(subset_file)->check_object(schema, value)) {
      ADD_FAILURE() << schema << problem << " in " << value.dump();
    }
  };
  const Json intent = held();
  post("/v1/payment_intents/" + intent.text_at("id") + "/capture", "");
  post("/v1/refunds", "payment_intent=" + intent.text_at("id"));
  post("/v1/setup_intents", "confirm=true&payment_method=pm_card_authenticationRequired");
  send("POST", "/v1/setup_intents", "confirm=true&payment_method=pm_card_chargeDeclined");
  post("/v1/webhook_endpoints", "url=http://127.0.0.1:1/x&enabled_events[]=*");
  for (const std::string& id : account.state().ids(Table::events)) {
    const Json event = get("/v1/events/" + id);
    fits("event", event);
    const std::string type = event.text_at("type");
    fits(type.substr(0, type.find('.')), *event.at("data", "object"));
  }
  send("GET", "/v1/payment_intents/pi_none");
  const Json report = checks->report();
  EXPECT_GT(report.int_at("requests"), 5);
  EXPECT_GT(report.int_at("replies"), report.int_at("requests"));
}

TEST_F(Stripe, ListsOfOneCustomerAreTheSameAsAllThoseThatFit) {
  const std::string who = customer();
  std::vector<std::string> cards;
  for (int i = 0; i < 4; ++i) {
    cards.push_back(attached(who));
    attached(customer());
  }
  post("/v1/payment_methods/" + cards[1] + "/detach", "");
  const auto ids = [&](const std::string& query) {
    std::vector<std::string> out;
    const Reply reply = send("GET", "/v1/payment_methods", "customer=" + who + query);
    for (const Json& row : *reply.body.at("data")->as_array()) out.push_back(row.text_at("id"));
    return out;
  };
  using Ids = std::vector<std::string>;
  EXPECT_EQ(ids(""), Ids({cards[3], cards[2], cards[0]}));
  EXPECT_EQ(ids("&starting_after=" + cards[3]), Ids({cards[2], cards[0]}));
  EXPECT_EQ(ids("&ending_before=" + cards[1]), Ids({cards[3], cards[2]}));
  const Reply nobody = send("GET", "/v1/payment_intents", "customer=" + customer());
  EXPECT_TRUE(nobody.body.at("data")->as_array()->empty());
}

TEST_F(Stripe, EventsAreListedByTypesAndOldOnesAreForgotten) {
  held();
  const auto count = [&](const std::string& query) {
    return send("GET", "/v1/events", query).body.at("data")->as_array()->size();
  };
  EXPECT_EQ(count("type=charge.succeeded"), 1u);
  EXPECT_EQ(count("type=payment_intent.*"), 2u);
  EXPECT_EQ(count("types[0]=charge.succeeded&types[1]=payment_intent.created"), 2u);
  for (std::size_t i = 0; i < State::events_max; ++i) {
    account.apply({Change{Table::events, "evt_" + std::to_string(i),
                          Json::object({{"id", "evt_" + std::to_string(i)},
                                        {"object", "event"},
                                        {"created", 1'900'000'000},
                                        {"data", Json::object({{"object", Json(Json::Object{})}})},
                                        {"livemode", false},
                                        {"pending_webhooks", 0},
                                        {"type", "test"}})}});
  }
  EXPECT_EQ(account.state().ids(Table::events).size(), State::events_max);
  EXPECT_EQ(count("type=charge.succeeded"), 0u);
  const Reply page = send("GET", "/v1/events", "limit=2&starting_after=evt_2");
  EXPECT_EQ(page.body.at("data", 0)->text_at("id"), "evt_1");
  EXPECT_EQ(send("GET", "/v1/events/evt_0").status, 200);
}

}  // namespace
}  // namespace trayline::stripe_sim
