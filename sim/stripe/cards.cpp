#include "sim/stripe/cards.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

namespace trayline::stripe_sim {
namespace {

constexpr auto never = Challenge::never;
constexpr auto always = Challenge::always;

// docs.stripe.com/testing: ids, numbers and what they do.
constexpr std::array cards{
    TestCard{"pm_card_visa", "visa", "4242", "4242424242424242", never, "", ""},
    TestCard{"pm_card_visa_debit", "visa", "5556", "4000056655665556", never, "", ""},
    TestCard{"pm_card_mastercard", "mastercard", "4444", "5555555555554444", never, "", ""},
    TestCard{"pm_card_amex", "amex", "0005", "378282246310005", never, "", "", false},
    TestCard{"pm_card_discover", "discover", "1117", "6011111111111117", never, "", "", false},
    TestCard{"pm_card_createDispute", "visa", "0259", "4000000000000259", never, "", "", true,
             true},
    TestCard{"pm_card_pendingRefund", "visa", "7726", "4000000000007726", never, "", "", true,
             false, RefundBehaviour::late},
    TestCard{"pm_card_refundFail", "visa", "5126", "4000000000005126", never, "", "", true, false,
             RefundBehaviour::fails},
    TestCard{"pm_card_visa_chargeDeclined", "visa", "0002", "4000000000000002", never,
             "generic_decline", "generic_decline"},
    TestCard{"pm_card_visa_chargeDeclinedInsufficientFunds", "visa", "9995", "4000000000009995",
             never, "insufficient_funds", "insufficient_funds"},
    TestCard{"pm_card_visa_chargeDeclinedLostCard", "visa", "9987", "4000000000009987", never,
             "lost_card", "lost_card"},
    TestCard{"pm_card_visa_chargeDeclinedStolenCard", "visa", "9979", "4000000000009979", never,
             "stolen_card", "stolen_card"},
    TestCard{"pm_card_chargeDeclinedExpiredCard", "visa", "0069", "4000000000000069", never,
             "expired_card", "expired_card"},
    TestCard{"pm_card_chargeDeclinedIncorrectCvc", "visa", "0127", "4000000000000127", never,
             "incorrect_cvc", "incorrect_cvc"},
    TestCard{"pm_card_chargeDeclinedProcessingError", "visa", "0119", "4000000000000119", never,
             "processing_error", "processing_error"},
    TestCard{"pm_card_chargeCustomerFail", "visa", "0341", "4000000000000341", never, "",
             "generic_decline"},
    TestCard{"pm_card_threeDSecure2Required", "visa", "3220", "4000000000003220", always, "", ""},
    TestCard{"pm_card_authenticationRequired", "visa", "3184", "4000002760003184", always, "", ""},
    TestCard{"pm_card_authenticationRequiredOnSetup", "visa", "3155", "4000002500003155",
             Challenge::unless_set_up, "", ""},
    TestCard{"pm_card_authenticationRequiredChargeDeclinedInsufficientFunds", "visa", "3178",
             "4000008260003178", always, "", "insufficient_funds"},
};

constexpr std::array declines{
    Decline{"card_declined", "generic_decline", "Your card was declined."},
    Decline{"card_declined", "insufficient_funds", "Your card has insufficient funds."},
    Decline{"card_declined", "lost_card", "Your card was declined."},
    Decline{"card_declined", "stolen_card", "Your card was declined."},
    Decline{"card_declined", "test_mode_live_card",
            "Your card was declined: this simulator knows test cards only."},
    Decline{"expired_card", "expired_card", "Your card has expired."},
    Decline{"incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect."},
    Decline{"processing_error", "processing_error",
            "An error occurred while processing your card. Try again in a little bit."},
    Decline{"incorrect_number", "", "Your card number is incorrect."},
    Decline{"invalid_expiry_month", "", "Your card's expiration month is invalid."},
    Decline{"invalid_expiry_year", "", "Your card's expiration year is invalid."},
    Decline{"invalid_cvc", "", "Your card's security code is invalid."},
    Decline{"authentication_required", "authentication_required",
            "Your card was declined. This transaction requires authentication."},
};

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<int> small_number(const std::string& text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

const TestCard* card_by_id(std::string_view id) {
  // The brand may be left out of the declines: pm_card_chargeDeclined and so on.
  const auto exact =
      std::find_if(cards.begin(), cards.end(), [&](const TestCard& card) { return card.id == id; });
  if (exact != cards.end()) return &*exact;
  constexpr std::string_view brandless = "pm_card_charge";
  std::string with_brand;
  if (id.starts_with(brandless)) {
    with_brand = "pm_card_visa_charge" + std::string(id.substr(brandless.size()));
  } else if (id.starts_with("pm_card_visa_charge")) {
    with_brand = "pm_card_charge" + std::string(id.substr(19));
  }
  const auto found = std::find_if(cards.begin(), cards.end(),
                                  [&](const TestCard& card) { return card.id == with_brand; });
  return found == cards.end() ? nullptr : &*found;
}

const Decline* decline_named(std::string_view name) {
  const auto found = std::find_if(declines.begin(), declines.end(), [&](const Decline& d) {
    return d.decline_code == name || (d.decline_code.empty() && d.code == name);
  });
  return found == declines.end() ? nullptr : &*found;
}

bool luhn(std::string_view digits) {
  if (digits.size() < 12 || digits.size() > 19 || !all_digits(digits)) return false;
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    int d = digits[digits.size() - 1 - i] - '0';
    if (i % 2 == 1) d = d < 5 ? 2 * d : 2 * d - 9;
    sum += d;
  }
  return sum % 10 == 0;
}

Result<Json> tokenise_card(const Json& card, Time now) {
  std::string number;
  for (const char c : card.text_at("number")) {
    if (c != ' ' && c != '-') number += c;
  }
  if (!luhn(number)) return fail(Code::invalid_argument, "incorrect_number");
  const auto month = small_number(card.text_at("exp_month"));
  auto year = small_number(card.text_at("exp_year"));
  if (year && *year >= 0 && *year < 100) year = *year + 2000;
  if (!month || *month < 1 || *month > 12) {
    return fail(Code::invalid_argument, "invalid_expiry_month");
  }
  const std::chrono::year_month_day today{std::chrono::floor<std::chrono::days>(now)};
  if (!year || *year < static_cast<int>(today.year()) ||
      *year > static_cast<int>(today.year()) + 50) {
    return fail(Code::invalid_argument, "invalid_expiry_year");
  }
  if (*year == static_cast<int>(today.year()) &&
      *month < static_cast<int>(static_cast<unsigned>(today.month()))) {
    return fail(Code::invalid_argument, "expired_card");
  }
  const std::string cvc = card.text_at("cvc");
  if (!cvc.empty() && (cvc.size() < 3 || cvc.size() > 4 || !all_digits(cvc))) {
    return fail(Code::invalid_argument, "invalid_cvc");
  }
  const auto known = std::find_if(cards.begin(), cards.end(),
                                  [&](const TestCard& c) { return c.number == number; });
  if (known == cards.end()) return fail(Code::invalid_argument, "test_mode_live_card");
  return Json::object({{"test_card", known->id},
                       {"last4", known->last4},
                       {"exp_month", *month},
                       {"exp_year", *year}});
}

}  // namespace trayline::stripe_sim
