// The account behind HTTP: /v1 as Stripe answers it, and /_sim for tests. Thin: every decision is
// in the account and the faults. Belongs to the loop's thread.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "lib/base/clock.hpp"
#include "lib/base/random.hpp"
#include "lib/http/server.hpp"
#include "lib/loop/loop.hpp"
#include "sim/stripe/account.hpp"

namespace trayline::stripe_sim {

struct SimulatorSettings {
  Settings account;
  std::string journal;        // file; empty: memory only
  bool journal_sync = false;  // on the disk before each reply, not only with the system
  std::string description;  // stripe-subset.json to check calls and replies with; empty: no checks
  bool controls = false;    // serve /_sim
  std::string webhook_url;  // empty: only endpoints made through the API
  std::string webhook_secret;  // "whsec_..."
};

class Simulator {
 public:
  // Everything must outlive it.
  Simulator(Loop& loop, const Clock& clock, Random& random, SimulatorSettings settings);
  ~Simulator();
  Simulator(const Simulator&) = delete;
  Simulator& operator=(const Simulator&) = delete;

  // Replays the journal and listens on loopback. The port, or why not.
  Result<std::uint16_t> start(std::uint16_t port);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// How requests become calls and replies become answers; pure. invalid_argument for a form that
// cannot be read.
Result<Call> call_of(const http::Request& request);
http::Response response_of(const Reply& reply, const Call& call, const std::string& api_version);

}  // namespace trayline::stripe_sim
