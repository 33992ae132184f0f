#include "cloud/payments/stripe/retry.hpp"

#include <algorithm>

namespace trayline::stripe {

bool TokenBucket::take(Millis monotonic) {
  if (!since_) since_ = monotonic;
  const std::int64_t refilled = std::max<std::int64_t>((monotonic - *since_) / every_, 0);
  *since_ += refilled * every_;
  used_ = std::max<std::int64_t>(used_ - refilled, 0);
  if (used_ >= capacity_) return false;
  ++used_;
  return true;
}

Action Retry::answered(const Answer& answer, TokenBucket& bucket, Millis monotonic,
                       Random& random) {
  const bool limited = answer.status == 429;
  const bool unclear = answer.status == 409 || answer.status >= 500;
  if (unclear) maybe_done_ = true;
  // A stored 5xx is stored for a day: asking again cannot change it.
  const bool stored = unclear && answer.replayed;
  const bool wanted = answer.should_retry.value_or(limited || (unclear && !stored));
  const bool allowed = !limited || !wanted || tries_ >= policy_.tries_max || bucket.take(monotonic);
  if (wanted && allowed && tries_ < policy_.tries_max) return again(answer.retry_after, random);
  if (limited) return give_up(Next::exhausted);
  if (unclear) return give_up(Next::unavailable);
  // Refused before the key was looked at: says nothing about an earlier try.
  const bool shut_out = answer.status == 401 || answer.status == 403;
  if (shut_out && maybe_done_) return give_up(Next::deliver);
  return {Next::deliver};
}

Action Retry::failed(bool may_have_arrived, Random& random) {
  if (may_have_arrived) maybe_done_ = true;
  if (tries_ < policy_.tries_max) return again(std::nullopt, random);
  return give_up(Next::unavailable);
}

Action Retry::again(std::optional<Millis> at_least, Random& random) {
  const std::int64_t longest =
      std::min(policy_.first_wait.count() << (tries_ - 1), policy_.wait_max.count());
  const std::int64_t half = longest / 2;
  const auto jitter =
      static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(longest - half) + 1));
  Millis wait = std::max(Millis(half + jitter), policy_.first_wait);
  if (at_least && *at_least <= policy_.retry_after_max) wait = std::max(wait, *at_least);
  ++tries_;
  return {Next::send, wait};
}

Action Retry::give_up(Next otherwise) const {
  return {changes_ && maybe_done_ ? Next::unknown_outcome : otherwise};
}

}  // namespace trayline::stripe
