// Money: int64 minor units of one ISO 4217 currency. Checked arithmetic, no floating point, no
// implicit conversion, no mixing of currencies.
#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/result.hpp"

namespace trayline {

// Three upper-case letters of ISO 4217.
class Currency {
 public:
  Currency() = default;  // "XXX", no currency
  static Result<Currency> parse(std::string_view text);
  std::string str() const { return {letters_.begin(), letters_.end()}; }
  auto operator<=>(const Currency&) const = default;

 private:
  std::array<char, 3> letters_{'X', 'X', 'X'};
};

struct Money {
  std::int64_t minor = 0;
  Currency currency;
  bool operator==(const Money&) const = default;
};

// Overflow or two currencies: invalid_argument.
Result<Money> add(Money a, Money b);
Result<Money> multiply(Money a, std::int64_t times);
// "EUR 12.50"; two decimals but for the currencies of ISO 4217 that have none or three.
std::string to_string(Money money);

}  // namespace trayline
