#include "cloud/payments/memory_provider.hpp"

namespace trayline::payments {

void MemoryProvider::answer(const Seen& seen, Result<Intent> intent) {
  ++calls_;
  if (!up_) intent = fail(Code::unavailable, "the provider is down");
  if (!hold_) return seen(std::move(intent));
  held_.push_back([seen, intent = std::move(intent)] { seen(intent); });
}

Result<Intent> MemoryProvider::change(const std::string& id,
                                      const std::function<void(Stored&)>& effect) {
  if (!up_) return fail(Code::unavailable, "the provider is down");
  const auto found = intents_.find(id);
  if (found == intents_.end()) return fail(Code::not_found, "no such intent");
  effect(found->second);
  return found->second.now;
}

void MemoryProvider::set_up_card(NewCard card, std::function<void(Result<CardSetUp>)> done) {
  const std::string customer = card.customer.empty() ? "cus_" + card.user.value : card.customer;
  done(CardSetUp{customer, Json::object({{"customer", customer}})});
}

void MemoryProvider::create(NewIntent intent, Seen seen) {
  if (!up_) return answer(seen, Intent{});
  const std::string key = intent.key;
  auto [known, fresh] = id_by_key_.try_emplace(key, "pi_" + std::to_string(intents_.size() + 1));
  if (fresh) {
    Intent made;
    made.id = known->second;
    made.status = IntentStatus::requires_confirmation;
    intents_[known->second] = {std::move(intent), made};
  }
  answer(seen, intents_[known->second].now);
}

void MemoryProvider::confirm(std::string id, bool, std::string, Seen seen) {
  answer(seen, change(id, [](Stored& stored) {
           Intent& now = stored.now;
           if (now.status != IntentStatus::requires_confirmation) return;
           if (stored.made.method.starts_with("declined")) {
             now.status = IntentStatus::requires_payment_method;
             now.decline_code = "generic_decline";
           } else if (stored.made.method.starts_with("challenge")) {
             now.status = IntentStatus::requires_action;
           } else {
             now.status = IntentStatus::requires_capture;
             now.capturable_minor = stored.made.amount.minor;
           }
         }));
}

void MemoryProvider::capture(std::string id, std::int64_t minor, std::string key, Seen seen) {
  Result<Intent> intent = change(id, [&](Stored& stored) {
    Intent& now = stored.now;
    if (now.status != IntentStatus::requires_capture || minor > now.capturable_minor) return;
    now.status = IntentStatus::succeeded;
    now.received_minor = minor;
    now.capturable_minor = 0;
    charges_.push_back({stored.made.order, key, minor});
  });
  if (lose_ > 0) {
    --lose_;
    intent = fail(Code::unknown_outcome, "the answer was lost");
  }
  answer(seen, std::move(intent));
}

void MemoryProvider::cancel(std::string id, std::string, std::string, Seen seen) {
  answer(seen, change(id, [](Stored& stored) {
           if (stored.now.status == IntentStatus::succeeded) return;
           stored.now.status = IntentStatus::canceled;
           stored.now.capturable_minor = 0;
         }));
}

void MemoryProvider::read(std::string id, Seen seen) {
  answer(seen, change(id, [](Stored&) {}));
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
