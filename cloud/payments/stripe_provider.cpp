#include "cloud/payments/stripe_provider.hpp"

namespace trayline::payments {
namespace {

using stripe::Failure;

IntentStatus status_of(stripe::IntentStatus status) {
  switch (status) {
    case stripe::IntentStatus::requires_payment_method:
      return IntentStatus::requires_payment_method;
    case stripe::IntentStatus::requires_confirmation:
      return IntentStatus::requires_confirmation;
    case stripe::IntentStatus::requires_action:
      return IntentStatus::requires_action;
    case stripe::IntentStatus::processing:
      return IntentStatus::processing;
    case stripe::IntentStatus::requires_capture:
      return IntentStatus::requires_capture;
    case stripe::IntentStatus::succeeded:
      return IntentStatus::succeeded;
    case stripe::IntentStatus::canceled:
      return IntentStatus::canceled;
  }
  return IntentStatus::processing;
}

std::string word_of(const stripe::ProviderError& error) {
  // A bank that wants to hear its customer says so in the code; decline_code may say less.
  if (error.code == "authentication_required") return error.code;
  return error.decline_code.empty() ? error.code : error.decline_code;
}

Error error_of(const Failure& failure) {
  const std::string why =
      word_of(failure.error).empty() ? failure.error.message : word_of(failure.error);
  switch (failure.kind) {
    case Failure::Kind::unknown_outcome:
      return {Code::unknown_outcome, why};
    case Failure::Kind::exhausted:
      return {Code::exhausted, why};
    case Failure::Kind::unavailable:
      return {Code::unavailable, why};
    // Our key is refused: an operator mends it, and the effect waits for that.
    case Failure::Kind::misconfigured:
      return {Code::unavailable, "the provider refuses our key"};
    case Failure::Kind::missing:
      return {Code::not_found, why};
    case Failure::Kind::declined:
    case Failure::Kind::needs_customer:
    case Failure::Kind::refused:
      return {Code::invalid_argument, why};
  }
  return {Code::unknown_outcome, why};
}

}  // namespace

Intent intent_of(const stripe::Intent& from) {
  Intent intent;
  intent.id = from.id;
  intent.status = status_of(from.status);
  intent.capturable_minor = from.amount_capturable_minor;
  intent.received_minor = from.amount_received_minor;
  intent.created_ms = from.created_s * 1000;
  if (from.last_error) intent.decline_code = word_of(*from.last_error);
  return intent;
}

namespace {

// A refusal that tells where the intent stands is an answer like any other.
stripe::Provider::Done<stripe::Intent> seen_by(Provider::Seen seen) {
  return [seen = std::move(seen)](stripe::Outcome<stripe::Intent> outcome) {
    if (outcome) return seen(intent_of(*outcome));
    const Failure& failure = outcome.error();
    if (!failure.intent) return seen(fail(error_of(failure)));
    Intent intent = intent_of(*failure.intent);
    if (intent.decline_code.empty()) intent.decline_code = word_of(failure.error);
    seen(std::move(intent));
  };
}

stripe::NewIntent new_intent(const NewIntent& from) {
  return {from.order, from.attempt, from.amount, from.customer, from.method};
}

stripe::NewRefund new_refund(const NewRefund& from) {
  stripe::NewRefund refund{from.order, from.refund, from.intent, from.amount.minor, {}};
  if (from.reason == "duplicate") refund.reason = stripe::RefundReason::duplicate;
  if (from.reason == "fraudulent") refund.reason = stripe::RefundReason::fraudulent;
  return refund;
}

stripe::Provider::Done<stripe::Refund> refunded_by(Provider::Refunded done) {
  return [done = std::move(done)](stripe::Outcome<stripe::Refund> refund) {
    if (!refund) return done(fail(error_of(refund.error())));
    done(RefundNow{refund->id, refund->status, refund->failure_reason});
  };
}

// How far the provider's clock may be from ours when an intent is looked for.
constexpr Millis kClocksApart{300'000};

class StripeProvider final : public Provider {
 public:
  StripeProvider(Post post, stripe::Client& client, StripeSettings settings)
      : loop_{std::move(post)}, stripe_(client), settings_(std::move(settings)) {}

  void set_up_card(NewCard card, std::function<void(Result<CardSetUp>)> done) override {
    loop_.post([this, card = std::move(card), done = std::move(done)] {
      if (!card.customer.empty()) return give_secrets(card, card.customer, done);
      stripe_.create_customer(card.user, "tl-customer-" + card.user.value,
                              [this, card, done](stripe::Outcome<std::string> customer) {
                                if (!customer) return done(fail(error_of(customer.error())));
                                give_secrets(card, *customer, done);
                              });
    });
  }
  void create(NewIntent intent, Seen seen) override {
    if (intent.amount.minor <= 0) return seen(fail(Code::invalid_argument, "amount_too_small"));
    loop_.post([this, intent = std::move(intent), seen = std::move(seen)] {
      stripe_.create_intent(new_intent(intent), intent.key, seen_by(seen));
    });
  }
  void confirm(std::string intent, bool off_session, std::string key, Seen seen) override {
    loop_.post([this, intent, off_session, key, seen = std::move(seen)] {
      stripe_.confirm(intent, off_session, key, seen_by(seen));
    });
  }
  void capture(std::string intent, std::int64_t minor, std::string key, Seen seen) override {
    loop_.post([this, intent, minor, key, seen = std::move(seen)] {
      stripe_.capture(intent, minor, key, seen_by(seen));
    });
  }
  void cancel(std::string intent, std::string reason, std::string key, Seen seen) override {
    const auto why = reason == "abandoned" ? stripe::CancelReason::abandoned
                                           : stripe::CancelReason::requested_by_customer;
    loop_.post([this, intent, why, key, seen = std::move(seen)] {
      stripe_.cancel(intent, why, key, seen_by(seen));
    });
  }
  void read(std::string intent, Seen seen) override {
    loop_.post(
        [this, intent, seen = std::move(seen)] { stripe_.read_intent(intent, seen_by(seen)); });
  }
  void increment(std::string intent, std::int64_t minor, std::string key, Seen seen) override {
    loop_.post([this, intent, minor, key, seen = std::move(seen)] {
      stripe_.increment(intent, minor, key, seen_by(seen));
    });
  }
  void find(NewIntent intent, Seen seen) override {
    loop_.post([this, intent = std::move(intent), seen = std::move(seen)] {
      const auto from_s = std::max<std::int64_t>(to_ms(intent.asked - kClocksApart) / 1000, 0);
      stripe_.find_intent(new_intent(intent), from_s, seen_by(seen));
    });
  }
  void refund(NewRefund refund, Refunded done) override {
    loop_.post([this, refund = std::move(refund), done = std::move(done)] {
      stripe_.refund(new_refund(refund), refund.key, refunded_by(done));
    });
  }
  void find_refund(NewRefund refund, Refunded done) override {
    loop_.post([this, refund = std::move(refund), done = std::move(done)] {
      stripe_.find_refund(new_refund(refund), refunded_by(done));
    });
  }
  void detach(std::string method, std::string key,
              std::function<void(Result<void>)> done) override {
    loop_.post([this, method, key, done = std::move(done)] {
      stripe_.detach(method, key, [done](stripe::Outcome<stripe::CardMethod> gone) {
        if (!gone) return done(fail(error_of(gone.error())));
        done({});
      });
    });
  }
  void secret(std::string intent, std::function<void(Result<Json>)> done) override {
    loop_.post([this, intent, done = std::move(done)] {
      stripe_.read_intent(intent, [this, done](stripe::Outcome<stripe::Intent> now) {
        if (!now) return done(fail(error_of(now.error())));
        done(Json::object({{"client_secret", now->client_secret},
                           {"publishable_key", settings_.publishable_key},
                           {"provider_url", settings_.app_url}}));
      });
    });
  }

 private:
  using CardDone = std::function<void(Result<CardSetUp>)>;

  void give_secrets(const NewCard& card, const std::string& customer, const CardDone& done) {
    // With the customer: one that was made so long ago that its key is forgotten is made anew.
    const std::string key = "tl-card-" + card.user.value + "-" + card.attempt + "-" + customer;
    stripe_.create_ephemeral_key(
        customer, settings_.sdk_version, key + "-ephemeral",
        [this, customer, key, done](stripe::Outcome<stripe::EphemeralKey> ephemeral) {
          if (!ephemeral) return done(fail(error_of(ephemeral.error())));
          stripe_.create_setup_intent(
              customer, key + "-setup",
              [this, customer, done,
               secret = ephemeral->secret](stripe::Outcome<stripe::SetupIntent> setup) {
                if (!setup) return done(fail(error_of(setup.error())));
                done(CardSetUp{customer,
                               Json::object({{"customer", customer},
                                             {"ephemeral_key", secret},
                                             {"setup_intent", setup->id},
                                             {"client_secret", setup->client_secret},
                                             {"publishable_key", settings_.publishable_key},
                                             {"provider_url", settings_.app_url}})});
              });
        });
  }

  struct Hop {
    Post post;
  };
  const Hop loop_;
  stripe::Provider stripe_;
  StripeSettings settings_;
};

}  // namespace

std::unique_ptr<Provider> make_stripe_provider(Post post, stripe::Client& client,
                                               StripeSettings settings) {
  return std::make_unique<StripeProvider>(std::move(post), client, std::move(settings));
}

std::unique_ptr<Provider> make_stripe_provider(Loop& loop, stripe::Client& client,
                                               StripeSettings settings) {
  return make_stripe_provider([&loop](std::function<void()> task) { loop.post(std::move(task)); },
                              client, std::move(settings));
}

}  // namespace trayline::payments
