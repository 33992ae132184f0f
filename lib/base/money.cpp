#include "lib/base/money.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace trayline {
namespace {

// ISO 4217 exponents other than 2, of the currencies that payment providers list.
int exponent(const std::string& code) {
  static constexpr std::array kNone = {"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA",
                                       "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"};
  static constexpr std::array kThree = {"BHD", "JOD", "KWD", "OMR", "TND"};
  if (std::find(kNone.begin(), kNone.end(), code) != kNone.end()) return 0;
  if (std::find(kThree.begin(), kThree.end(), code) != kThree.end()) return 3;
  return 2;
}

}  // namespace

Result<Currency> Currency::parse(std::string_view text) {
  const bool letters =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (text.size() != 3 || !letters) {
    return fail(Code::invalid_argument, "a currency is three upper-case letters such as EUR");
  }
  Currency currency;
  std::copy(text.begin(), text.end(), currency.letters_.begin());
  return currency;
}

Result<Money> add(Money a, Money b) {
  if (a.currency != b.currency) {
    return fail(Code::invalid_argument,
                a.currency.str() + " and " + b.currency.str() + " do not add");
  }
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a.minor, b.minor, &sum)) {
    return fail(Code::invalid_argument, "the amount is too large");
  }
  return Money{sum, a.currency};
}

Result<Money> multiply(Money a, std::int64_t times) {
  std::int64_t product = 0;
  if (__builtin_mul_overflow(a.minor, times, &product)) {
    return fail(Code::invalid_argument, "the amount is too large");
  }
  return Money{product, a.currency};
}

std::string to_string(Money money) {
  const std::string code = money.currency.str();
  const int digits = exponent(code);
  const std::uint64_t magnitude = money.minor < 0 ? 0 - static_cast<std::uint64_t>(money.minor)
                                                  : static_cast<std::uint64_t>(money.minor);
  std::uint64_t unit = 1;
  for (int i = 0; i < digits; ++i) unit *= 10;
  const char* sign = money.minor < 0 ? "-" : "";
  if (digits == 0) return fmt::format("{} {}{}", code, sign, magnitude);
  return fmt::format("{} {}{}.{:0{}}", code, sign, magnitude / unit, magnitude % unit, digits);
}

}  // namespace trayline
