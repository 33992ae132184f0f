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
  std::int64_t created_ms = 0;
};

struct NewIntent {
  OrderId order;
  std::int64_t attempt = 1;
  std::string customer;
  std::string method;
  Money amount;
  std::string key;
  Time asked{};  // first
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

struct NewRefund {
  OrderId order;
  RefundId refund;
  std::string intent;
  Money amount;
  std::string reason;
  std::string key;
};
struct RefundNow {
  std::string id;
  std::string status;  // pending | requires_action | succeeded | failed | canceled
  std::string reason;  // of a failure
};

// Errors: unavailable (nothing happened), unknown_outcome (something may have), exhausted (slow
// down), not_found, and what the request itself is to blame for. Calls come from the tick's thread
// and return at once; callbacks run on any thread, also inside the call. The same key answers the
// same for a day at least. What a provider does not do it refuses with invalid_argument.
class Provider {
 public:
  using Seen = std::function<void(Result<Intent>)>;
  using Refunded = std::function<void(Result<RefundNow>)>;
  virtual ~Provider() = default;
  virtual void set_up_card(NewCard card, std::function<void(Result<CardSetUp>)> done) = 0;
  virtual void create(NewIntent intent, Seen seen) = 0;
  virtual void confirm(std::string intent, bool off_session, std::string key, Seen seen) = 0;
  virtual void capture(std::string intent, std::int64_t minor, std::string key, Seen seen) = 0;
  virtual void cancel(std::string intent, std::string reason, std::string key, Seen seen) = 0;
  virtual void read(std::string intent, Seen seen) = 0;
  // The hold of a confirmed intent grows to this amount.
  virtual void increment(std::string intent, std::int64_t minor, std::string key, Seen seen);
  // The intent of this order and attempt, where its id was lost; not_found.
  virtual void find(NewIntent intent, Seen seen);
  virtual void refund(NewRefund refund, Refunded done);
  // The refund that was made under this id of ours; not_found.
  virtual void find_refund(NewRefund refund, Refunded done);
  // A person took the money of a capture that waits for it.
  virtual void settle(std::string intent, std::string key, Seen seen);
  virtual void detach(std::string method, std::string key, std::function<void(Result<void>)> done);
  // {client_secret, ...} for the app of the customer who has to confirm; stored nowhere.
  virtual void secret(std::string intent, std::function<void(Result<Json>)> done);
};

// By the means of the payment. counter: null where nobody pays at the counter.
struct Providers {
  Provider& card;
  Provider* counter = nullptr;
};

// A key may be forgotten after a day (docs.stripe.com/api/idempotent_requests): before that, a
// create without an answer is looked for instead of being repeated.
inline constexpr Millis kKeyTrusted{72'000'000};  // 20 h

// Providers and clock must outlive it.
std::unique_ptr<host::Executor> make_executor(Providers providers, const Clock& clock);

}  // namespace trayline::payments
