#include "cloud/payments/memory_provider.hpp"

namespace trayline::payments {
namespace {

tl::unexpected<Error> unexpected_state() {
  return fail(Code::invalid_argument, "payment_intent_unexpected_state");
}

}  // namespace

void MemoryProvider::answer(const Seen& seen, Result<Intent> intent) {
  ++calls_;
  if (!up_) intent = fail(Code::unavailable, "the provider is down");
  if (!hold_) return seen(std::move(intent));
  held_.push_back([seen, intent = std::move(intent)] { seen(intent); });
}

bool MemoryProvider::lost() {
  if (lose_any_ == 0) return false;
  --lose_any_;
  return true;
}

Result<Intent> MemoryProvider::change(const std::string& id,
                                      const std::function<Result<void>(Stored&)>& effect) {
  if (!up_) return fail(Code::unavailable, "the provider is down");
  const auto found = intents_.find(id);
  if (found == intents_.end()) return fail(Code::not_found, "no such intent");
  if (Result<void> done = effect(found->second); !done) return fail(done.error());
  if (lost()) return fail(Code::unknown_outcome, "the answer was lost");
  return found->second.now;
}

void MemoryProvider::set_up_card(NewCard card, std::function<void(Result<CardSetUp>)> done) {
  const std::string customer = card.customer.empty() ? "cus_" + card.user.value : card.customer;
  done(CardSetUp{customer, Json::object({{"customer", customer}})});
}

void MemoryProvider::create(NewIntent intent, Seen seen) {
  if (!up_) return answer(seen, Intent{});
  if (intent.amount.minor <= 0) {
    return answer(seen, fail(Code::invalid_argument, "amount_too_small"));
  }
  const std::string key = intent.key;
  auto [known, fresh] = id_by_key_.try_emplace(key, "pi_" + std::to_string(intents_.size() + 1));
  if (fresh) {
    Intent made;
    made.id = known->second;
    made.status = IntentStatus::requires_confirmation;
    made.created_ms = to_ms(intent.asked);
    intents_[known->second] = {std::move(intent), made, 0};
  }
  if (lost()) return answer(seen, fail(Code::unknown_outcome, "the answer was lost"));
  answer(seen, intents_[known->second].now);
}

void MemoryProvider::confirm(std::string id, bool off_session, std::string, Seen seen) {
  answer(seen, change(id, [&](Stored& stored) -> Result<void> {
           Intent& now = stored.now;
           if (now.status != IntentStatus::requires_confirmation) return {};
           if (stored.made.method.starts_with("declined")) {
             now.status = IntentStatus::requires_payment_method;
             now.decline_code = "generic_decline";
           } else if (stored.made.method.starts_with("challenge")) {
             now.status = off_session ? IntentStatus::requires_payment_method
                                      : IntentStatus::requires_action;
             if (off_session) now.decline_code = "authentication_required";
           } else {
             now.status = IntentStatus::requires_capture;
             now.capturable_minor = stored.made.amount.minor;
           }
           return {};
         }));
}

void MemoryProvider::challenge(const std::string& id, bool pass) {
  Stored& stored = intents_.at(id);
  stored.now.status = pass ? IntentStatus::requires_capture : IntentStatus::requires_payment_method;
  stored.now.decline_code = pass ? "" : "payment_intent_authentication_failure";
  if (pass) stored.now.capturable_minor = stored.made.amount.minor;
}

void MemoryProvider::capture(std::string id, std::int64_t minor, std::string key, Seen seen) {
  Result<Intent> intent = change(id, [&](Stored& stored) -> Result<void> {
    Intent& now = stored.now;
    const bool repeated = now.status == IntentStatus::succeeded && now.received_minor == minor;
    if (repeated) return {};
    if (now.status != IntentStatus::requires_capture || minor > now.capturable_minor) {
      return unexpected_state();
    }
    now.status = IntentStatus::succeeded;
    now.received_minor = minor;
    now.capturable_minor = 0;
    charges_.push_back({stored.made.order, key, minor});
    return {};
  });
  if (lose_ > 0) {
    --lose_;
    intent = fail(Code::unknown_outcome, "the answer was lost");
  }
  answer(seen, std::move(intent));
}

void MemoryProvider::increment(std::string id, std::int64_t minor, std::string, Seen seen) {
  answer(seen, change(id, [&](Stored& stored) -> Result<void> {
           Intent& now = stored.now;
           if (now.status != IntentStatus::requires_capture) return unexpected_state();
           if (now.capturable_minor == minor) return {};
           if (minor < now.capturable_minor || stored.made.method.starts_with("fixed")) {
             return fail(Code::invalid_argument, "card_declined");
           }
           now.capturable_minor = minor;
           stored.made.amount.minor = minor;
           return {};
         }));
}

void MemoryProvider::cancel(std::string id, std::string, std::string, Seen seen) {
  answer(seen, change(id, [](Stored& stored) -> Result<void> {
           if (stored.now.status == IntentStatus::succeeded) return unexpected_state();
           stored.now.status = IntentStatus::canceled;
           stored.now.capturable_minor = 0;
           return {};
         }));
}

void MemoryProvider::read(std::string id, Seen seen) {
  if (!up_) return answer(seen, Intent{});
  const auto found = intents_.find(id);
  if (found == intents_.end()) return answer(seen, fail(Code::not_found, "no such intent"));
  answer(seen, found->second.now);
}

void MemoryProvider::find(NewIntent wanted, Seen seen) {
  for (const auto& [id, stored] : intents_) {
    if (stored.made.order == wanted.order && stored.made.attempt == wanted.attempt) {
      return answer(seen, stored.now);
    }
  }
  answer(seen, fail(Code::not_found, "no such intent"));
}

void MemoryProvider::refund(NewRefund wanted, Refunded done) {
  ++calls_;
  if (!up_) return done(fail(Code::unavailable, "the provider is down"));
  auto known = refund_by_key_.find(wanted.key);
  if (known == refund_by_key_.end()) {
    const auto found = intents_.find(wanted.intent);
    if (found == intents_.end()) return done(fail(Code::not_found, "no such intent"));
    Stored& stored = found->second;
    if (wanted.amount.minor > stored.now.received_minor - stored.refunded_minor) {
      return done(fail(Code::invalid_argument, "charge_already_refunded"));
    }
    stored.refunded_minor += wanted.amount.minor;
    refunds_.push_back({wanted.order, wanted.key, wanted.amount.minor});
    const RefundNow made{"re_" + std::to_string(refunds_.size()), "succeeded", ""};
    refund_by_id_[wanted.refund] = made;
    known = refund_by_key_.emplace(wanted.key, made).first;
  }
  if (lost()) return done(fail(Code::unknown_outcome, "the answer was lost"));
  done(known->second);
}

void MemoryProvider::find_refund(NewRefund wanted, Refunded done) {
  ++calls_;
  if (!up_) return done(fail(Code::unavailable, "the provider is down"));
  const auto found = refund_by_id_.find(wanted.refund);
  if (found == refund_by_id_.end()) return done(fail(Code::not_found, "no such refund"));
  done(found->second);
}

void MemoryProvider::secret(std::string intent, std::function<void(Result<Json>)> done) {
  if (!up_) return done(fail(Code::unavailable, "the provider is down"));
  done(Json::object({{"client_secret", intent + "_secret_of_the_app"}}));
}

std::vector<MemoryProvider::Charge> MemoryProvider::holds() const {
  std::vector<Charge> open;
  for (const auto& [id, stored] : intents_) {
    if (stored.now.capturable_minor == 0) continue;
    open.push_back({stored.made.order, stored.made.key, stored.now.capturable_minor});
  }
  return open;
}

void MemoryProvider::release() {
  hold_ = false;
  while (!held_.empty()) {
    const auto next = std::move(held_.front());
    held_.pop_front();
    next();
  }
}

void MemoryProvider::lapse_holds() {
  for (auto& [id, stored] : intents_) {
    if (stored.now.status != IntentStatus::requires_capture) continue;
    stored.now.status = IntentStatus::canceled;
    stored.now.capturable_minor = 0;
  }
}

}  // namespace trayline::payments
