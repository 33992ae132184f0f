// For tests, after <gtest/gtest.h>: an account, its clock, and short ways to call it.
#pragma once
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "sim/stripe/account.hpp"
#include "sim/stripe/form.hpp"
#include "sim/stripe/wire_check.hpp"

namespace trayline::stripe_sim {

inline const std::string subset_file =
    TRAYLINE_SOURCE_DIR "/../shared/data/stripe/stripe-subset.json";

class Stripe : public testing::Test {
 protected:
  Reply send(const std::string& method, const std::string& path, const std::string& form = "",
             const std::string& key = "", const std::string& auth = "Bearer sk_test_secret") {
    const auto params = parse_form(form);
    EXPECT_TRUE(params) << form;
    const Call call{.method = method,
                    .path = path,
                    .params = *params,
                    .authorization = auth,
                    .idempotency_key = key,
                    .stripe_version = "2023-08-16",
                    .decline = decline};
    const Reply reply = account.call(call, clock.now(), random);
    if (checks) checks->look(call, reply);
    return reply;
  }
  void SetUp() override {
    if (auto subset = Subset::load(subset_file)) checks.emplace(std::move(*subset));
  }
  // Whatever a test sends and gets fits the official description, where it is there.
  void TearDown() override {
    if (!checks) return;
    const Json report = checks->report();
    for (const Json& problem : *report.at("problems")->as_array()) {
      ADD_FAILURE() << *problem.as_string();
    }
  }
  Json post(const std::string& path, const std::string& form, const std::string& key = "") {
    Reply reply = send("POST", path, form, key);
    EXPECT_EQ(reply.status, 200) << path << " " << form << " answered " << reply.body.dump();
    return reply.body;
  }
  Json get(const std::string& path) {
    Reply reply = send("GET", path);
    EXPECT_EQ(reply.status, 200) << path << " answered " << reply.body.dump();
    return reply.body;
  }
  std::string customer() { return post("/v1/customers", "metadata[user_id]=u1").text_at("id"); }
  std::string attached(const std::string& customer, const std::string& card = "pm_card_visa") {
    return post("/v1/payment_methods/" + card + "/attach", "customer=" + customer).text_at("id");
  }
  // A manual hold over 1000.
  Json held(const std::string& extra = "") {
    return post("/v1/payment_intents",
                "amount=1000&currency=eur&capture_method=manual&confirm=true&payment_method="
                "pm_card_visa&metadata[order_id]=o1" +
                    extra,
                "hold-1");
  }
  std::vector<std::string> event_types() {
    std::vector<std::string> types;
    for (const std::string& id : account.state().ids(Table::events)) {
      types.push_back(account.state().find(Table::events, id)->text_at("type"));
    }
    return types;
  }
  bool happened(const std::string& type) {
    const auto types = event_types();
    return std::find(types.begin(), types.end(), type) != types.end();
  }

  ManualClock clock{from_ms(1'772'500'000'000)};
  SeededRandom random{7};
  Account account;
  std::string decline;  // of the next calls
  std::optional<WireCheck> checks;
};

inline std::string code_of(const Reply& reply) {
  const Json* code = reply.body.at("error", "code");
  return code == nullptr ? "" : *code->as_string();
}
inline std::string type_of(const Reply& reply) {
  const Json* type = reply.body.at("error", "type");
  return type == nullptr ? "" : *type->as_string();
}

}  // namespace trayline::stripe_sim
