// The port on Stripe's wire. Calls hop to the thread where the client lives.
#pragma once
#include <functional>
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

// Runs a task on the client's thread, in the order of posting.
using Post = std::function<void(std::function<void()>)>;
// client must outlive it.
std::unique_ptr<Provider> make_stripe_provider(Post post, stripe::Client& client,
                                               StripeSettings settings);
// The client's thread is the loop's, which must outlive it.
std::unique_ptr<Provider> make_stripe_provider(Loop& loop, stripe::Client& client,
                                               StripeSettings settings);

// An intent of the wire in the port's words.
Intent intent_of(const stripe::Intent& from);

// What a webhook says, as a message for payments with the event's id; none for events that mean
// nothing to us. invalid_argument where the event cannot be read.
Result<std::optional<host::Message>> message_of(const stripe::Event& event);

}  // namespace trayline::payments
