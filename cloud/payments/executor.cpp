// Carries out the effects of payments on a provider: never a guess, never a second charge.
#include "cloud/payments/provider.hpp"
#include "lib/base/check.hpp"

namespace trayline::payments {
namespace {

// One effect on its way.
struct Step {
  host::Claimed effect;
  std::string name;  // create | confirm | capture | cancel
  std::shared_ptr<const host::Done> done;
  std::string text(std::string_view member) const { return effect.body.text_at(member); }
  std::int64_t number(std::string_view member) const { return effect.body.int_at(member); }
};
using StepPtr = std::shared_ptr<const Step>;

void again(const StepPtr& step, const Error& error) {
  host::Outcome outcome;
  outcome.id = step->effect.id;
  outcome.retry_after = host::retry_delay(step->effect.tries);
  outcome.error = std::string(to_string(error.code)) + ": " + error.detail;
  (*step->done)({std::move(outcome)});
}

void report(const StepPtr& step, const Intent& intent) {
  if (intent.status == IntentStatus::processing) {
    return again(step, {Code::unknown_outcome, "still processing"});
  }
  wire::payments::IntentSeen seen;
  seen.order = OrderId(step->text("order"));
  seen.attempt = step->number("attempt");
  seen.step = step->name;
  seen.intent = intent.id;
  seen.status = intent.status;
  seen.capturable_minor = intent.capturable_minor;
  seen.received_minor = intent.received_minor;
  seen.decline_code = intent.decline_code;
  host::Outcome outcome;
  outcome.id = step->effect.id;
  outcome.result = host::to<wire::payments::In>(wire::payments::kService, std::move(seen));
  (*step->done)({std::move(outcome)});
}

bool is_passing(const Error& error) {
  return error.code == Code::unavailable || error.code == Code::unknown_outcome ||
         error.code == Code::exhausted;
}

class ProviderExecutor final : public host::Executor {
 public:
  explicit ProviderExecutor(Provider& provider) : provider_(provider) {}

  bool carries(std::string_view kind) const override { return kind.starts_with("payments."); }

  void execute(std::vector<host::Claimed> effects, host::Done done) override {
    const auto shared = std::make_shared<const host::Done>(std::move(done));
    for (host::Claimed& effect : effects) {
      const std::string name = effect.kind.substr(std::string_view("payments.").size());
      const StepPtr step = std::make_shared<const Step>(Step{std::move(effect), name, shared});
      if (name == "set_up") {
        set_up(step);
      } else if (step->effect.tries > 0 && name != "create") {
        read_back(step);
      } else {
        call(step);
      }
    }
  }

 private:
  // The answer to a call of ours. What the provider refuses for another reason than the card is
  // read back as well: the object says where it stands.
  Provider::Seen answered(const StepPtr& step) {
    return [this, step](Result<Intent> intent) {
      if (intent) return report(step, *intent);
      if (is_passing(intent.error())) return again(step, intent.error());
      if (step->name == "create") {
        Intent refused;
        refused.decline_code = intent.error().detail;
        return report(step, refused);
      }
      provider_.read(step->text("intent"), [step, error = intent.error()](Result<Intent> now) {
        if (!now) return again(step, now.error());
        Intent seen = *now;
        if (seen.decline_code.empty()) seen.decline_code = error.detail;
        report(step, seen);
      });
    };
  }

  void call(const StepPtr& step) {
    const std::string intent = step->text("intent");
    if (step->name == "create") {
      provider_.create(wanted(step), answered(step));
    } else if (step->name == "confirm") {
      const bool* off_session = step->effect.body.at("off_session")->as_bool();
      provider_.confirm(intent, off_session && *off_session, step->effect.key, answered(step));
    } else if (step->name == "capture") {
      provider_.capture(intent, step->number("amount_minor"), step->effect.key, answered(step));
    } else {
      check(step->name == "cancel", "an effect of payments without executor");
      provider_.cancel(intent, step->text("reason"), step->effect.key, answered(step));
    }
  }

  // An earlier try may have done it (an intent made twice holds nothing, and is asked for under
  // the same key: creating needs no reading back). Only an intent that stands where our step starts
  // is asked again, under the same key.
  void read_back(const StepPtr& step) {
    provider_.read(step->text("intent"), [this, step](Result<Intent> intent) {
      if (!intent) return again(step, intent.error());
      const bool waits =
          step->name == "confirm"   ? intent->status == IntentStatus::requires_confirmation
          : step->name == "capture" ? intent->status == IntentStatus::requires_capture
                                    : intent->status != IntentStatus::canceled &&
                                          intent->status != IntentStatus::succeeded;
      if (waits) return call(step);
      report(step, *intent);
    });
  }

  void set_up(const StepPtr& step) {
    NewCard card{UserId(step->text("user")), step->text("customer"), step->text("attempt")};
    const UserId user = card.user;
    provider_.set_up_card(std::move(card), [step, user](Result<CardSetUp> card_set_up) {
      if (!card_set_up && is_passing(card_set_up.error())) return again(step, card_set_up.error());
      wire::payments::CustomerReady ready;
      ready.user = user;
      if (card_set_up) {
        ready.customer = card_set_up->customer;
        ready.secrets = card_set_up->secrets;
      } else {
        ready.refused = card_set_up.error().detail;
      }
      host::Outcome outcome;
      outcome.id = step->effect.id;
      outcome.result = host::to<wire::payments::In>(wire::payments::kService, std::move(ready),
                                                    step->effect.request);
      (*step->done)({std::move(outcome)});
    });
  }

  static NewIntent wanted(const StepPtr& step) {
    const Result<Currency> currency = Currency::parse(step->text("currency"));
    check(currency.has_value(), "an effect of payments without currency");
    return {OrderId(step->text("order")),
            step->number("attempt"),
            step->text("customer"),
            step->text("method"),
            Money{step->number("amount_minor"), *currency},
            step->effect.key};
  }

  Provider& provider_;
};

}  // namespace

std::unique_ptr<host::Executor> make_executor(Provider& provider) {
  return std::make_unique<ProviderExecutor>(provider);
}

}  // namespace trayline::payments
