// What calls and replies look like: errors, keys, lists, expansion, the official schemas.
#include <gtest/gtest.h>

#include "lib/base/encoding.hpp"
#include "sim/stripe/account_fixture.hpp"
#include "sim/stripe/subset.hpp"

namespace trayline::stripe_sim {
namespace {

const std::string subset_file = TRAYLINE_SOURCE_DIR "/../shared/data/stripe/stripe-subset.json";

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

TEST_F(Stripe, EveryReplyFitsTheOfficialSchemas) {
  const auto subset = Subset::load(subset_file);
  if (!subset) GTEST_SKIP() << subset.error().detail;
  const auto fits = [&](std::string_view schema, const Json& value) {
    for (const std::string& problem : subset->check_object(schema, value)) {
      ADD_FAILURE() << schema << problem << " in " << value.dump();
    }
  };
  const std::string who = customer();
  fits("customer", get("/v1/customers/" + who));
  fits("ephemeral_key", post("/v1/ephemeral_keys", "customer=" + who));
  const Json setup =
      post("/v1/setup_intents", "confirm=true&payment_method=pm_card_visa&customer=" + who);
  fits("setup_intent", setup);
  fits("payment_method", get("/v1/payment_methods/" + setup.text_at("payment_method")));
  fits("setup_intent",
       post("/v1/setup_intents", "confirm=true&payment_method=pm_card_authenticationRequired"));
  const Json intent = held("&customer=" + who);
  fits("payment_intent", intent);
  fits("payment_intent", post("/v1/payment_intents",
                              "amount=500&currency=eur&confirm=true&return_url=http://a.b"
                              "&payment_method=pm_card_authenticationRequired"));
  fits("payment_intent", post("/v1/payment_intents/" + intent.text_at("id") + "/capture", ""));
  fits("charge", get("/v1/charges/" + intent.text_at("latest_charge")));
  fits("refund", post("/v1/refunds", "reason=duplicate&payment_intent=" + intent.text_at("id")));
  const Json other = post("/v1/payment_intents", "amount=500&currency=eur");
  fits("payment_intent", post("/v1/payment_intents/" + other.text_at("id") + "/cancel",
                              "cancellation_reason=abandoned"));
  const Reply declined = send("POST", "/v1/payment_intents",
                              "amount=500&currency=eur&confirm=true&payment_method="
                              "pm_card_chargeDeclined");
  fits("error", declined.body);
  fits(
      "error",
      send("POST", "/v1/setup_intents", "confirm=true&payment_method=pm_card_chargeDeclined").body);
  fits("error", send("GET", "/v1/payment_intents/pi_none").body);
  fits("error", send("GET", "/v1/payment_intents", "", "", "Bearer no").body);
  fits("payment_intent",
       get("/v1/payment_intents/" + declined.body.at("error", "payment_intent")->text_at("id")));
  fits("webhook_endpoint",
       post("/v1/webhook_endpoints", "url=http://127.0.0.1:1/x&enabled_events[]=*"));
  for (const std::string& id : account.state().ids(Table::events)) {
    fits("event", get("/v1/events/" + id));
  }
}

}  // namespace
}  // namespace trayline::stripe_sim
