// The payment provider and the network to it: the books of sim/stripe, calls that get lost, time
// out, are refused, answered late or not at all, and webhooks that come late, twice, early, in any
// order, or after hours of repeats. Also what an app says to the provider itself. One thread.
#pragma once
#include <functional>
#include <set>
#include <string>

#include "cloud/payments/stripe/client.hpp"
#include "sim/stripe/account.hpp"
#include "standalone/simulate/engine.hpp"
#include "standalone/simulate/plants.hpp"
#include "standalone/simulate/rules.hpp"
#include "standalone/simulate/swarm.hpp"

namespace trayline::simulate {

class Bank {
 public:
  static constexpr std::string_view kUrl = "https://bank.test";
  static constexpr std::string_view kSecretKey = "sk_test_simulate";
  static constexpr std::string_view kHookSecret = "whsec_simulate";

  struct Parts {
    Engine& engine;
    const Swarm& swarm;
    const Plants& plants;
    Rules& rules;
  };
  explicit Bank(Parts parts);
  Bank(const Bank&) = delete;
  Bank& operator=(const Bank&) = delete;

  // The way to the provider for one client.
  stripe::Outside outside();
  // Where events go: body, signature, and who is told whether they were taken.
  using Hook =
      std::function<void(const std::string&, const std::string&, std::function<void(bool)>)>;
  void hooks_to(Hook hook) { hook_ = std::move(hook); }

  // The app confirms a setup with a test card; the customer answers a challenge; a hold ends by
  // itself, as after its days.
  void save_card(const std::string& setup, const std::string& client_secret,
                 const std::string& card);
  void challenge(const std::string& intent, bool pass);
  void lapse(const std::string& intent);
  // The customer tries once more with this card, in the app, what was declined.
  void confirm_again(const std::string& intent, const std::string& card);
  // Somebody else says that this intent was paid.
  void forge(const std::string& intent);
  // The intent of an order in this status; empty: none.
  std::string intent_of(const OrderId& order, std::string_view status) const;

  void go_down(bool down);
  const stripe_sim::State& state() const { return account_.state(); }

 private:
  using Done = http::Client::Done;
  void send(const http::ClientRequest& request, const Done& done);
  void arrive(const stripe_sim::Call& call, const Done& done);
  void answer(const stripe_sim::Call& call, const stripe_sim::Reply& reply, const Done& done);
  void status(int code, const Done& done);
  void watch(const stripe_sim::Call& call);
  stripe_sim::Reply confirm(const std::string& path, const std::string& client_secret,
                            const std::string& card);
  void on_changes(const std::vector<stripe_sim::Change>& changes);
  void deliver(const std::string& event, int tries);
  std::string order_of(const Json& intent) const;

  Parts parts_;
  stripe_sim::Account account_;
  Hook hook_;
  std::set<std::string> captured_;  // charges
  bool down_ = false;
};

}  // namespace trayline::simulate
