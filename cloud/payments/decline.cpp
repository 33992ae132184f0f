#include "cloud/payments/decline.hpp"

#include <algorithm>

namespace trayline::payments {
namespace {

using enum NextStep;

constexpr std::string_view kDeclined = "Your bank declined the card. Please use another card.";
constexpr std::string_view kBusy = "The payment could not be made just now. Please try again.";
constexpr std::string_view kBank =
    "Your bank declined the payment. Please ask your bank, or use another card.";
constexpr std::string_view kStaff = "The payment could not be made. Please ask our staff.";

// Lost, stolen and suspicious cards are told like any decline: whoever holds the card learns no
// more (docs.stripe.com/declines/codes).
constexpr std::array kDeclines{
    Decline{"generic_decline", "card_declined", kDeclined, other_card},
    Decline{"insufficient_funds", "insufficient_funds",
            "There is not enough money on this card. Please use another card.", other_card},
    Decline{"lost_card", "card_declined", kDeclined, other_card},
    Decline{"stolen_card", "card_declined", kDeclined, other_card},
    Decline{"fraudulent", "card_declined", kDeclined, other_card},
    Decline{"pickup_card", "card_declined", kDeclined, other_card},
    Decline{"expired_card", "expired_card", "This card has expired. Please use another card.",
            other_card},
    Decline{"incorrect_cvc", "incorrect_cvc",
            "The card's security code is not right. Please enter the card again.", add_card},
    Decline{"processing_error", "processing_error", kBusy, try_again},
    Decline{"try_again_later", "processing_error", kBusy, try_again},
    Decline{"issuer_not_available", "processing_error", kBusy, try_again},
    Decline{"do_not_honor", "do_not_honor", kBank, contact_bank},
    Decline{"call_issuer", "do_not_honor", kBank, contact_bank},
    Decline{"card_velocity_exceeded", "limit_exceeded",
            "The card's limit is reached. Please use another card, or ask your bank.",
            contact_bank},
    Decline{"withdrawal_count_limit_exceeded", "limit_exceeded",
            "The card's limit is reached. Please use another card, or ask your bank.",
            contact_bank},
    Decline{"card_not_supported", "card_not_supported",
            "This kind of card cannot be used here. Please use another card.", other_card},
    Decline{"currency_not_supported", "card_not_supported",
            "This kind of card cannot be used here. Please use another card.", other_card},
    Decline{"authentication_required", "authentication_required",
            "Your bank asks you to confirm the payment. Please confirm it in the app.", confirm},
    Decline{"payment_intent_authentication_failure", "authentication_failed",
            "The payment was not confirmed. Please try again, or use another card.", try_again},
    Decline{"no_card", "no_card", "There is no card to pay with. Please add one.", add_card},
    // Ours.
    Decline{"hold_lapsed", "hold_lapsed",
            "The amount on hold was released by your bank. Please pay again.", try_again},
    Decline{"canceled", "hold_lapsed",
            "The amount on hold was released by your bank. Please pay again.", try_again},
    Decline{"above_hold", "above_hold", kStaff, ask_staff},
    Decline{"above_captured", "above_captured", kStaff, ask_staff},
    Decline{"not_payable", "not_payable", kStaff, ask_staff},
    Decline{"provider_refused", "provider_refused", kStaff, ask_staff},
    Decline{"payment_intent_unexpected_state", "provider_refused", kStaff, ask_staff},
    Decline{"amount_too_small", "amount_too_small", kStaff, ask_staff},
};

}  // namespace

std::span<const Decline> all_declines() { return kDeclines; }

const Decline& decline_of(std::string_view code) {
  const auto found = std::find_if(kDeclines.begin(), kDeclines.end(),
                                  [&](const Decline& d) { return d.code == code; });
  return found == kDeclines.end() ? kDeclines.front() : *found;
}

std::string public_reason(std::string_view code) {
  return code.empty() ? "" : std::string(decline_of(code).reason);
}

}  // namespace trayline::payments
