// The port on Stripe's wire, against the simulator, does what every provider must.
#include <gtest/gtest.h>

#include "cloud/payments/provider_conformance_cases.hpp"
#include "cloud/payments/stripe_provider.hpp"
#include "lib/base/check.hpp"
#include "sim/stripe/form.hpp"
#include "sim/stripe/simulator.hpp"

namespace trayline::payments {
namespace {

constexpr std::string_view kBase = "http://stripe";

struct OnTheWire final : Bench {
  OnTheWire() {
    stripe::Provider direct{client};
    direct.create_customer(UserId("u1"), "tl-u1-customer-1",
                           [this](stripe::Outcome<std::string> made) { customer = *made; });
    run();
    check(!customer.empty(), "the simulator made no customer");
  }
  Provider& provider() override { return *port; }
  NewIntent intent() override {
    return {OrderId("o1"),
            1,
            customer,
            "pm_card_visa",
            Money{1200, *Currency::parse("EUR")},
            "tl-o1-create-1",
            clock.now()};
  }
  void run() override {
    loop.post([this] { loop.post([this] { loop.stop(); }); });
    loop.run();
  }
  bool cut() override {
    losing = 3;  // all tries of one call
    return true;
  }
  void send(const http::ClientRequest& sent, const http::Client::Done& done) {
    http::Request request;
    request.method = sent.method;
    const std::string target = sent.url.substr(kBase.size());
    const std::size_t mark = std::min(target.find('?'), target.size());
    request.path = target.substr(0, mark);
    request.headers = sent.headers;
    request.body = sent.body;
    const auto query = stripe_sim::parse_form(target.substr(std::min(mark + 1, target.size())));
    for (const auto& [name, value] : stripe_sim::flatten(*query)) request.query[name] = value;
    const auto call = stripe_sim::call_of(request);
    check(call.has_value(), "a request that the simulator cannot read");
    const auto reply = account.call(*call, clock.now(), random);
    if (losing > 0) {
      --losing;
      return done(fail(Code::unknown_outcome, "time-out"));
    }
    done(stripe_sim::response_of(reply, *call, "2023-08-16"));
  }

  ManualClock clock{from_ms(1'772'500'000'000)};
  SeededRandom random{11};
  stripe_sim::Account account;
  int losing = 0;
  std::string customer;
  Loop loop;
  stripe::Client client{stripe::Settings{.base_url = std::string(kBase)},
                        "sk_test_conformance",
                        {.send = [this](http::ClientRequest request,
                                        http::Client::Done done) { send(request, done); },
                         .after = [](Millis, std::function<void()> task) { task(); }},
                        clock,
                        random};
  std::unique_ptr<Provider> port = make_stripe_provider(loop, client, {});
};

INSTANTIATE_TEST_SUITE_P(Stripe, ProviderConformance,
                         testing::Values([] { return std::make_unique<OnTheWire>(); }));

}  // namespace
}  // namespace trayline::payments
