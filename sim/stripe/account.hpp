// One Stripe account in test mode, in memory: a call goes in, a reply comes out. No socket, no
// clock of its own. The program puts HTTP around it; tests and scenarios call it directly.
// Follows docs.stripe.com/api of version 2023-08-16. Thread-compatible.
#pragma once
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "lib/base/clock.hpp"
#include "lib/base/json.hpp"
#include "lib/base/random.hpp"
#include "sim/stripe/ledger.hpp"
#include "sim/stripe/state.hpp"

namespace trayline::stripe_sim {

struct Settings {
  std::string secret_key;       // the only one accepted; empty: any sk_test_...
  std::string publishable_key;  // the only one accepted; empty: any pk_test_...
  std::string api_version = "2023-08-16";
};

struct Call {
  std::string method;                  // GET POST DELETE
  std::string path;                    // "/v1/payment_intents", decoded, without query
  Json params = Json(Json::Object{});  // as parse_form() makes it; of the query, or of the body
  std::string authorization;           // the header: "Bearer sk_test_..." or "Basic ..."
  std::string idempotency_key = {};    // empty: none
  std::string stripe_version = {};     // empty: the account's own
  std::string decline = {};  // a control: the issuer says no with this reason ("lost_card")
};

struct Reply {
  int status = 200;
  Json body = {};
  std::string request_id = {};        // "req_..."
  bool replayed = false;              // a saved reply: header Idempotent-Replayed
  std::string original_request = {};  // of a replay
  bool saved = true;  // false where nothing was executed: validation, conflicts, keys
};

// How long a saved reply answers for its key (docs.stripe.com/api/idempotent_requests).
constexpr std::int64_t idempotency_seconds = 24 * 3600;
// How long a hold lasts (docs.stripe.com/payments/capture-later): 7 days online, 5 days less
// a margin for Visa without the customer present.
constexpr std::int64_t hold_seconds = 7 * 24 * 3600;
constexpr std::int64_t hold_off_session_seconds = (4 * 24 + 18) * 3600;

struct Outcome {
  Reply reply;
  std::vector<Change> changes;  // events among them, in table events
};
// The whole behaviour, pure: nothing but the arguments counts.
Outcome decide(const State& state, const Settings& settings, const Call& call, Time now,
               Random& random);
// Cancels the holds whose time has come (reason automatic), and settles refunds on their way.
std::vector<Change> lapse_holds(const State& state, const Settings& settings, Time now,
                                Random& random);
struct ChallengeEnd {
  std::string intent;  // pi_... or seti_...
  bool pass = true;
};
// The customer passes or fails the 3-D Secure challenge of an intent in requires_action. 400 where
// the intent waits for none.
Outcome finish_challenge(const State& state, const Settings& settings, const ChallengeEnd& end,
                         Time now, Random& random);

// A cardholder disputes a captured charge ("fraudulent"), or a dispute ends.
struct DisputeMove {
  std::string charge = {};   // ch_...: open one
  std::string reason = {};   // "fraudulent", "product_not_received", ...
  std::string dispute = {};  // dp_...: end this one
  bool won = false;          // for the merchant
};
Outcome move_dispute(const State& state, const Settings& settings, const DisputeMove& move,
                     Time now, Random& random);

// True if this webhook endpoint is enabled for events of this type.
bool wants_event(const Json& endpoint, std::string_view type);

class Account {
 public:
  using Listener = std::function<void(const std::vector<Change>&)>;

  explicit Account(Settings settings = {}) : settings_(std::move(settings)) {}

  // Lapses holds, then decides and applies. While the call's key is marked busy: 409. Time that
  // runs backwards stands still here.
  Reply call(const Call& call, Time now, Random& random);
  // The saved reply of this key becomes a 500 with this body: what later calls get.
  void break_saved(const std::string& key, const Json& body);
  Reply dispute(const DisputeMove& move, Time now, Random& random);
  Reply challenge(const std::string& intent, bool pass, Time now, Random& random);
  void lapse(Time now, Random& random);

  // A key whose first call still runs (its reply is held back).
  void begin(const std::string& key) { busy_.insert(key); }
  void end(const std::string& key) { busy_.erase(key); }

  // Called with the changes of every call, after they were applied: journal, webhooks.
  void listen(Listener listener) { listener_ = std::move(listener); }
  // From a journal, or of the simulator's own (endpoints, deliveries).
  void apply(std::vector<Change> changes);
  void reset() { state_ = State(); }

  const State& state() const { return state_; }
  const Settings& settings() const { return settings_; }

 private:
  Settings settings_;
  State state_;
  std::set<std::string> busy_;
  Time latest_{};
  Listener listener_;
};

}  // namespace trayline::stripe_sim
