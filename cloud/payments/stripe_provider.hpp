// The port on Stripe's wire. Calls hop to the loop's thread, where the client lives.
#pragma once
#include <memory>
#include <string>

#include "cloud/payments/provider.hpp"
#include "cloud/payments/stripe/provider.hpp"
#include "lib/loop/loop.hpp"

namespace trayline::payments {

struct StripeSettings {
  std::string publishable_key;             // given to apps
  std::string app_url;                     // where apps reach the provider; given to apps
  std::string sdk_version = "2023-08-16";  // Stripe-Version of the app's SDK
};

// loop and client must outlive it.
std::unique_ptr<Provider> make_stripe_provider(Loop& loop, stripe::Client& client,
                                               StripeSettings settings);

// An intent of the wire in the port's words.
Intent intent_of(const stripe::Intent& from);

// What a webhook says, as a message for payments with the event's id; none for events that mean
// nothing to us. invalid_argument where the event cannot be read.
Result<std::optional<host::Message>> message_of(const stripe::Event& event);

}  // namespace trayline::payments
