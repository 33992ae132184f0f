// A payment as its customer sees it: plain words and the next step, nothing of the provider's.
#pragma once
#include <string>

#include "cloud/payments/payment.hpp"
#include "lib/base/json.hpp"

namespace trayline::payments {

// The intent that the customer has to confirm in the app; empty where none waits.
std::string waits_for_customer(const Payment& payment);
// {order, means, state, amounts, reason, message, next_step}; secrets: {client_secret,
// publishable_key, provider_url} for the waiting app, or null.
Json view_of(const Payment& payment, const Json& secrets);
Json payment_schema();

}  // namespace trayline::payments
