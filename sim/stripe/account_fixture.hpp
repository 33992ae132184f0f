// For tests, after <gtest/gtest.h>: an account, its clock, and short ways to call it.
#pragma once
#include <algorithm>
#include <string>
#include <vector>

#include "sim/stripe/account.hpp"
#include "sim/stripe/form.hpp"

namespace trayline::stripe_sim {

class Stripe : public testing::Test {
 protected:
  Reply send(const std::string& method, const std::string& path, const std::string& form = "",
             const std::string& key = "", const std::string& auth = "Bearer sk_test_secret") {
    const auto params = parse_form(form);
    EXPECT_TRUE(params) << form;
    return account.call({.method = method,
                         .path = path,
                         .params = *params,
                         .authorization = auth,
                         .idempotency_key = key,
                         .stripe_version = "2023-08-16"},
                        clock.now(), random);
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
