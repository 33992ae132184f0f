// One function per endpoint: its parameters have been checked against the endpoint's table, what is
// left is the behaviour. Inside the module only.
#pragma once
#include "sim/stripe/context.hpp"

namespace trayline::stripe_sim {

using Handler = Reply (*)(Context&);

// customers.cpp
Reply create_customer(Context& context);
Reply get_customer(Context& context);
Reply update_customer(Context& context);
Reply delete_customer(Context& context);
Reply list_customers(Context& context);
Reply create_ephemeral_key(Context& context);
Reply delete_ephemeral_key(Context& context);
// methods.cpp
Reply create_method(Context& context);
Reply get_method(Context& context);
Reply update_method(Context& context);
Reply get_customer_method(Context& context);
Reply list_methods(Context& context);
Reply list_customer_methods(Context& context);
Reply attach_method(Context& context);
Reply detach_method(Context& context);
// setups.cpp
Reply create_setup(Context& context);
Reply get_setup(Context& context);
Reply update_setup(Context& context);
Reply list_setups(Context& context);
Reply confirm_setup(Context& context);
Reply cancel_setup(Context& context);
// intents.cpp
Reply create_intent(Context& context);
Reply get_intent(Context& context);
Reply list_intents(Context& context);
Reply confirm_intent(Context& context);
// adjust.cpp
Reply update_intent(Context& context);
Reply increment_intent(Context& context);
// intents.cpp
Reply unexpected_state(const Json& intent, std::string_view what);
// Of `amount` and `currency`, where they are given.
std::optional<Reply> check_amount_and_currency(const Json& params);
std::string currency_of(const Json& params);  // in lower case
// settle.cpp
Reply capture_intent(Context& context);
Reply cancel_intent(Context& context);
// refunds.cpp
Reply create_refund(Context& context);
Reply get_refund(Context& context);
Reply list_refunds(Context& context);
Reply update_refund(Context& context);
Reply cancel_refund(Context& context);
// A refund on its way arrives, or comes back.
void settle_refund(Context& context, Json refund);
// disputes.cpp
Reply get_dispute(Context& context);
Reply list_disputes(Context& context);
Reply close_dispute(Context& context);
// The cardholder disputes a captured charge; and how that ends.
Reply open_dispute(Context& context, Json charge, std::string_view reason);
Reply end_dispute(Context& context, Json dispute, bool won);
// lists.cpp
Reply get_charge(Context& context);
Reply list_charges(Context& context);
Reply get_event(Context& context);
Reply list_events(Context& context);
Reply create_endpoint(Context& context);
Reply get_endpoint(Context& context);
Reply list_endpoints(Context& context);
Reply update_endpoint(Context& context);
Reply delete_endpoint(Context& context);

// methods.cpp: the method named by payment_method or made from payment_method_data; a test id
// (pm_card_visa) makes a new one. Empty Json where neither parameter is there.
Or<Json> method_of(Context& context);
// A method that belongs to nobody yet becomes this customer's, with its event.
void attach_to(Context& context, Json& method, const std::string& customer);
// The parameters of a `card` were replaced by tokenise_card().
Json method_from_card(Context& context, const Json& card);
const TestCard& card_of(const Json& method);

// setups.cpp, intents.cpp: what follows when the customer passed or failed the challenge.
Reply after_setup_challenge(Context& context, Json setup, bool pass);
Reply after_intent_challenge(Context& context, Json intent, bool pass);
// next_action of an intent that waits for a challenge.
Json next_action(Context& context, const Json& intent);

// settle.cpp: lets go what is held; the charge becomes refunded without having been captured.
void cancel_hold(Context& context, Json& intent, std::string_view reason);
// Takes this much of the hold.
void capture_hold(Context& context, Json& intent, std::int64_t amount);

}  // namespace trayline::stripe_sim
