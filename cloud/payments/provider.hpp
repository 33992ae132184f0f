// The port to a payment provider, and the executor that carries out payments' effects on it. The
// executor never reports a guess: an outcome that is not sure is read back, then repeated under
// the same key, for as long as it takes.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "cloud/payments/payments.hpp"
#include "lib/base/result.hpp"
#include "lib/host/effects.hpp"

namespace trayline::payments {

// What the provider says of an intent. A refusal (a declined card) is a state, no error.
struct Intent {
  std::string id;  // empty: refused before there was one
  IntentStatus status = IntentStatus::requires_payment_method;
  std::int64_t capturable_minor = 0;
  std::int64_t received_minor = 0;
  std::string decline_code;
};

struct NewIntent {
  OrderId order;
  std::int64_t attempt = 1;
  std::string customer;
  std::string method;
  Money amount;
  std::string key;
};

struct NewCard {
  UserId user;
  std::string customer;  // empty: make one
  std::string attempt;
};
struct CardSetUp {
  std::string customer;
  Json secrets;  // {customer, setup_intent, client_secret, ephemeral_key, publishable_key, url}
};

// Errors: unavailable (nothing happened), unknown_outcome (something may have), exhausted (slow
// down), and what the request itself is to blame for. Calls come from the tick's thread and return
// at once; callbacks run on any thread, also inside the call.
class Provider {
 public:
  using Seen = std::function<void(Result<Intent>)>;
  virtual ~Provider() = default;
  virtual void set_up_card(NewCard card, std::function<void(Result<CardSetUp>)> done) = 0;
  virtual void create(NewIntent intent, Seen seen) = 0;
  virtual void confirm(std::string intent, bool off_session, std::string key, Seen seen) = 0;
  virtual void capture(std::string intent, std::int64_t minor, std::string key, Seen seen) = 0;
  virtual void cancel(std::string intent, std::string reason, std::string key, Seen seen) = 0;
  virtual void read(std::string intent, Seen seen) = 0;
};

// provider must outlive it.
std::unique_ptr<host::Executor> make_executor(Provider& provider);

}  // namespace trayline::payments
