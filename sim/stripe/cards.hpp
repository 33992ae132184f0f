// Test cards: which number or test id stands for which behaviour (docs.stripe.com/testing). The
// only place that looks at card numbers; none leaves it. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/clock.hpp"
#include "lib/base/json.hpp"

namespace trayline::stripe_sim {

// Why an issuer says no. decline_code is empty where the code says all.
struct Decline {
  std::string_view code;
  std::string_view decline_code;
  std::string_view message;
};

enum class Challenge { never, unless_set_up, always };
// late: pending, then succeeded. fails: succeeded, then failed.
enum class RefundBehaviour { at_once, late, fails };

// What a test card does.
struct TestCard {
  std::string_view id;  // "pm_card_visa"
  std::string_view brand;
  std::string_view last4;
  std::string_view number;
  Challenge challenge = Challenge::never;
  std::string_view declines_at_setup;   // a name of decline_named(), or empty
  std::string_view declines_at_charge;  // the same; after a challenge, if there is one
  bool increments = true;               // a hold on it can be incremented
  bool disputes = false;                // each captured charge is disputed
  RefundBehaviour refunds = RefundBehaviour::at_once;
};

// Null for an id that is not in the table. Aliases ("pm_card_chargeDeclined") are known.
const TestCard* card_by_id(std::string_view id);
// Null for a name that is not in the table; names are decline codes ("insufficient_funds") or
// error codes ("expired_card").
const Decline* decline_named(std::string_view name);

// The check digit of ISO/IEC 7812-1, for 12 to 19 digits.
bool luhn(std::string_view digits);

// Replaces number and cvc in a `card` parameter {number, cvc, exp_month, exp_year} by
// {test_card, last4, exp_month, exp_year}; after it no digit but the last four is left. The error's
// detail is the name of a decline ("incorrect_number").
Result<Json> tokenise_card(const Json& card, Time now);

}  // namespace trayline::stripe_sim
