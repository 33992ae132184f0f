// When to repeat a call to the provider, as a step function: event in, action out. No I/O. Follows
// the retries of the official SDK (stripe-node, RequestSender) with two additions of ours: a plain
// 429 is repeated too, and what may have happened is never reported as a plain failure.
#pragma once
#include <cstdint>
#include <optional>

#include "lib/base/clock.hpp"
#include "lib/base/random.hpp"

namespace trayline::stripe {

struct RetryPolicy {
  int tries_max = 3;
  Millis first_wait{500};
  Millis wait_max{5'000};
  Millis retry_after_max{60'000};  // a longer Retry-After is ignored
};

// Bounds how often calls refused for their rate (429) are repeated, over all calls of a client.
class TokenBucket {
 public:
  TokenBucket(int capacity, Millis refill_every) : capacity_(capacity), every_(refill_every) {}
  // monotonic: of a clock that never jumps.
  bool take(Millis monotonic);

 private:
  int capacity_;
  Millis every_;
  std::int64_t used_ = 0;
  std::optional<Millis> since_;
};

// What of an answer counts here.
struct Answer {
  int status = 0;
  std::optional<bool> should_retry;   // header Stripe-Should-Retry
  std::optional<Millis> retry_after;  // header Retry-After
  bool replayed = false;              // header Idempotent-Replayed
};

enum class Next {
  send,             // after `wait`, under the same key
  deliver,          // this answer is the outcome
  unknown_outcome,  // something may have happened: read it back
  unavailable,      // surely nothing happened
  exhausted,        // surely nothing happened, and the provider wants fewer calls
};
struct Action {
  Next next = Next::deliver;
  Millis wait{0};
  bool operator==(const Action&) const = default;
};

// One call, over all its tries.
class Retry {
 public:
  // changes: false for calls that only read; their outcome is never unknown.
  Retry(RetryPolicy policy, bool changes) : policy_(policy), changes_(changes) {}

  Action answered(const Answer& answer, TokenBucket& bucket, Millis monotonic, Random& random);
  // No answer came. may_have_arrived: the request had left before the connection broke.
  Action failed(bool may_have_arrived, Random& random);

 private:
  Action again(std::optional<Millis> at_least, Random& random);
  // The end without a usable answer.
  Action give_up(Next otherwise) const;

  RetryPolicy policy_;
  bool changes_;
  int tries_ = 1;
  bool maybe_done_ = false;
};

}  // namespace trayline::stripe
