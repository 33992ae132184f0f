// Carries out the effects of payments on their provider: never a guess, never a second charge.
#include "cloud/payments/provider.hpp"
#include "lib/base/check.hpp"

namespace trayline::payments {
namespace {

// One effect on its way.
struct Step {
  host::Claimed effect;
  std::string name;  // create | confirm | capture | cancel | increment | settle | look ...
  Provider& provider;
  std::shared_ptr<const host::Done> done;
  std::string text(std::string_view member) const { return effect.body.text_at(member); }
  std::int64_t number(std::string_view member) const { return effect.body.int_at(member); }
  bool flag(std::string_view member) const {
    const Json* value = effect.body.at(member);
    return value != nullptr && value->as_bool() != nullptr && *value->as_bool();
  }
  Money money() const {
    const Result<Currency> currency = Currency::parse(text("currency"));
    check(currency.has_value(), "an effect of payments without currency");
    return {number("amount_minor"), *currency};
  }
};
using StepPtr = std::shared_ptr<const Step>;

void finish(const StepPtr& step, std::optional<host::Message> result = {}) {
  host::Outcome outcome;
  outcome.id = step->effect.id;
  outcome.result = std::move(result);
  (*step->done)({std::move(outcome)});
}

template <class M>
void finish_with(const StepPtr& step, M message) {
  finish(step, host::to<wire::payments::In>(wire::payments::kService, std::move(message),
                                            step->effect.request));
}

void again(const StepPtr& step, const Error& error) {
  host::Outcome outcome;
  outcome.id = step->effect.id;
  // After an outage they do not all come at once.
  const Millis delay = host::retry_delay(step->effect.tries);
  const auto spread = std::hash<std::string>{}(step->effect.key) % 256;
  outcome.retry_after = delay + delay * static_cast<std::int64_t>(spread) / 1024;
  outcome.error = std::string(to_string(error.code)) + ": " + error.detail;
  (*step->done)({std::move(outcome)});
}

bool is_over(IntentStatus status) {
  return status == IntentStatus::canceled || status == IntentStatus::succeeded;
}

void report(const StepPtr& step, const Intent& intent) {
  // Giving back, and a cashier's word, end with the intent: nothing else would ask for it again.
  if ((step->name == "cancel" || step->name == "settle") && !is_over(intent.status)) {
    return again(step, {Code::unknown_outcome, "not over yet"});
  }
  // What a bank or a cashier takes his time for comes as an event, or is looked at later.
  wire::payments::IntentSeen seen;
  seen.order = OrderId(step->text("order"));
  seen.attempt = step->number("attempt");
  seen.step = step->name;
  seen.intent = intent.id;
  seen.status = intent.status;
  seen.capturable_minor = intent.capturable_minor;
  seen.received_minor = intent.received_minor;
  seen.decline_code = intent.decline_code;
  seen.created_ms = intent.created_ms;
  finish(step, host::to<wire::payments::In>(wire::payments::kService, std::move(seen)));
}

bool is_passing(const Error& error) {
  return error.code == Code::unavailable || error.code == Code::unknown_outcome ||
         error.code == Code::exhausted;
}

// What cannot be read. An intent that its provider does not know needs no cancel.
void unread(const StepPtr& step, const Error& error) {
  if (step->name != "cancel" || error.code != Code::not_found) return again(step, error);
  Intent gone;
  gone.id = step->text("intent");
  gone.status = IntentStatus::canceled;
  report(step, gone);
}

// The answer to a call of ours. What the provider refuses for another reason than the card is read
// back as well: the object says where it stands.
Provider::Seen answered(const StepPtr& step) {
  return [step](Result<Intent> intent) {
    if (intent) return report(step, *intent);
    if (is_passing(intent.error())) return again(step, intent.error());
    if (step->name == "create") {
      Intent refused;
      refused.decline_code = intent.error().detail;
      return report(step, refused);
    }
    step->provider.read(step->text("intent"), [step, error = intent.error()](Result<Intent> now) {
      if (!now) return unread(step, now.error());
      Intent seen = *now;
      if (seen.decline_code.empty()) seen.decline_code = error.detail;
      report(step, seen);
    });
  };
}

NewIntent wanted(const StepPtr& step) {
  return {OrderId(step->text("order")),
          step->number("attempt"),
          step->text("customer"),
          step->text("method"),
          step->money(),
          step->effect.key,
          from_ms(step->number("asked_ms"))};
}

void call(const StepPtr& step) {
  Provider& provider = step->provider;
  const std::string intent = step->text("intent");
  const std::string& key = step->effect.key;
  if (step->name == "create") return provider.create(wanted(step), answered(step));
  if (step->name == "confirm") {
    return provider.confirm(intent, step->flag("off_session"), key, answered(step));
  }
  if (step->name == "capture") {
    return provider.capture(intent, step->number("amount_minor"), key, answered(step));
  }
  if (step->name == "increment") {
    return provider.increment(intent, step->number("amount_minor"), key, answered(step));
  }
  if (step->name == "settle") return provider.settle(intent, key, answered(step));
  if (step->name == "look") {
    return provider.read(intent, [step](Result<Intent> now) {
      if (!now) return again(step, now.error());
      report(step, *now);
    });
  }
  check(step->name == "cancel", "an effect of payments without executor");
  provider.cancel(intent, step->text("reason"), key, answered(step));
}

// True where the intent stands as it did before our step.
bool stands_before(const Step& step, const Intent& intent) {
  if (step.name == "confirm") return intent.status == IntentStatus::requires_confirmation;
  if (step.name == "capture") return intent.status == IntentStatus::requires_capture;
  if (step.name == "increment") {
    return intent.status == IntentStatus::requires_capture &&
           intent.capturable_minor < step.number("amount_minor");
  }
  return !is_over(intent.status);
}

// An earlier try may have done it. Only an intent that stands where our step starts is asked again,
// under the same key.
void read_back(const StepPtr& step) {
  step->provider.read(step->text("intent"), [step](Result<Intent> intent) {
    if (!intent) return unread(step, intent.error());
    if (stands_before(*step, *intent)) return call(step);
    report(step, *intent);
  });
}

// A create is repeated under its key, which makes no second intent while the provider remembers
// it. Afterwards the first one is looked for.
void create(const StepPtr& step, Time now) {
  const std::int64_t asked_ms = step->number("asked_ms");  // 0: of a release that did not say
  if (asked_ms == 0 || now - from_ms(asked_ms) < kKeyTrusted) return call(step);
  step->provider.find(wanted(step), [step](Result<Intent> intent) {
    if (intent) return report(step, *intent);
    if (intent.error().code == Code::not_found) return call(step);
    again(step, intent.error());
  });
}

NewRefund wanted_refund(const StepPtr& step) {
  return {OrderId(step->text("order")), RefundId(step->text("refund")),
          step->text("intent"),         step->money(),
          step->text("reason"),         step->effect.key};
}

void report_refund(const StepPtr& step, const RefundNow& refund) {
  wire::payments::RefundSeen seen;
  seen.order = OrderId(step->text("order"));
  seen.refund = RefundId(step->text("refund"));
  seen.provider = refund.id;
  seen.status = refund.status;
  seen.reason = refund.reason;
  finish_with(step, std::move(seen));
}

void call_refund(const StepPtr& step) {
  step->provider.refund(wanted_refund(step), [step](Result<RefundNow> refund) {
    if (refund) return report_refund(step, *refund);
    if (is_passing(refund.error())) return again(step, refund.error());
    report_refund(step, {"", "failed", refund.error().detail});
  });
}

void refund(const StepPtr& step) {
  if (step->effect.tries == 0 && !step->flag("read_first")) return call_refund(step);
  step->provider.find_refund(wanted_refund(step), [step](Result<RefundNow> refund) {
    if (refund) return report_refund(step, *refund);
    if (refund.error().code == Code::not_found) return call_refund(step);
    again(step, refund.error());
  });
}

void set_up(const StepPtr& step) {
  NewCard card{UserId(step->text("user")), step->text("customer"), step->text("attempt")};
  const UserId user = card.user;
  step->provider.set_up_card(std::move(card), [step, user](Result<CardSetUp> card_set_up) {
    if (!card_set_up && is_passing(card_set_up.error())) return again(step, card_set_up.error());
    wire::payments::CustomerReady ready;
    ready.user = user;
    if (card_set_up) {
      ready.customer = card_set_up->customer;
      ready.secrets = card_set_up->secrets;
    } else {
      ready.refused = card_set_up.error().detail;
    }
    finish_with(step, std::move(ready));
  });
}

// Asked for somebody who waits now; nobody is told later.
void secret(const StepPtr& step) {
  if (step->effect.request == 0) return finish(step);
  const std::string intent = step->text("intent");
  step->provider.secret(intent, [step, intent](Result<Json> secrets) {
    wire::payments::SecretSeen seen{OrderId(step->text("order")), intent, Json()};
    if (secrets) seen.secrets = std::move(*secrets);
    finish_with(step, std::move(seen));
  });
}

void detach(const StepPtr& step) {
  step->provider.detach(step->text("method"), step->effect.key, [step](Result<void> gone) {
    if (!gone && is_passing(gone.error())) return again(step, gone.error());
    finish(step);
  });
}

class ProviderExecutor final : public host::Executor {
 public:
  ProviderExecutor(Providers providers, const Clock& clock)
      : providers_(providers), clock_(clock) {}

  bool carries(std::string_view kind) const override { return kind.starts_with("payments."); }

  void execute(std::vector<host::Claimed> effects, host::Done done) override {
    const auto shared = std::make_shared<const host::Done>(std::move(done));
    for (host::Claimed& effect : effects) {
      const std::string name = effect.kind.substr(std::string_view("payments.").size());
      Provider& provider = provider_of(effect.body.text_at("means"));
      begin(std::make_shared<const Step>(Step{std::move(effect), name, provider, shared}));
    }
  }

 private:
  Provider& provider_of(const std::string& means) const {
    const bool counter = means == enum_name(Means::counter) && providers_.counter != nullptr;
    return counter ? *providers_.counter : providers_.card;
  }

  void begin(const StepPtr& step) const {
    if (step->name == "create") return create(step, clock_.now());
    if (step->name == "refund") return refund(step);
    if (step->name == "set_up") return set_up(step);
    if (step->name == "secret") return secret(step);
    if (step->name == "detach") return detach(step);
    if (step->effect.tries > 0 && step->name != "look") return read_back(step);
    call(step);
  }

  Providers providers_;
  const Clock& clock_;
};

}  // namespace

std::unique_ptr<host::Executor> make_executor(Providers providers, const Clock& clock) {
  return std::make_unique<ProviderExecutor>(providers, clock);
}

}  // namespace trayline::payments
