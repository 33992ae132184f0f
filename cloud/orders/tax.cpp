#include "cloud/orders/tax.hpp"

#include <map>

namespace trayline::orders {
namespace {

constexpr std::int64_t kWhole = 10'000;  // basis points

tl::unexpected<Error> too_large() {
  return fail(Code::invalid_argument, "the tax cannot be counted: an amount is out of bounds");
}

Result<std::int64_t> tax_in(std::int64_t gross_minor, std::int64_t bp, Rounding rounding) {
  std::int64_t denominator = 0;
  if (bp < 0 || __builtin_add_overflow(kWhole, bp, &denominator)) return too_large();
  return part_of(gross_minor, bp, denominator, rounding);
}

}  // namespace

Result<std::int64_t> part_of(std::int64_t of, std::int64_t numerator, std::int64_t denominator,
                             Rounding rounding) {
  std::int64_t product = 0;
  if (of < 0 || numerator < 0 || denominator <= 0 ||
      __builtin_mul_overflow(of, numerator, &product)) {
    return too_large();
  }
  const std::int64_t whole = product / denominator;
  const std::int64_t rest = product % denominator;
  const std::int64_t other = denominator - rest;  // rest + other cannot overflow, 2 * rest can
  const bool half = rest == other;
  const bool up = half ? rounding == Rounding::half_up || whole % 2 == 1 : rest > other;
  return up ? whole + 1 : whole;
}

Result<std::int64_t> tax_of(const std::vector<wire::orders::Line>& lines, const TaxRule& rule) {
  std::int64_t tax = 0;
  std::map<std::int64_t, std::int64_t> gross_by_rate;
  const auto add_tax = [&](std::int64_t gross, std::int64_t bp) {
    const Result<std::int64_t> part = tax_in(gross, bp, rule.rounding);
    return part && !__builtin_add_overflow(tax, *part, &tax);
  };
  for (const wire::orders::Line& line : lines) {
    std::int64_t gross = 0;
    if (__builtin_mul_overflow(line.price_minor, line.quantity, &gross)) return too_large();
    if (rule.per == TaxPer::line) {
      if (!add_tax(gross, line.tax_bp)) return too_large();
    } else {
      std::int64_t& sum = gross_by_rate[line.tax_bp];
      if (__builtin_add_overflow(sum, gross, &sum)) return too_large();
    }
  }
  for (const auto& [bp, gross] : gross_by_rate) {
    if (!add_tax(gross, bp)) return too_large();
  }
  return tax;
}

}  // namespace trayline::orders
