// The tax that prices contain: integers only, every product checked. Pure.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/result.hpp"
#include "lib/wire/order.hpp"

namespace trayline::orders {

// Where a site rounds: each line, or the sum of the lines of one rate.
enum class TaxPer { line, total };
constexpr auto enum_names(TaxPer) {
  return std::array{std::pair{TaxPer::line, std::string_view("line")},
                    std::pair{TaxPer::total, std::string_view("total")}};
}
enum class Rounding { half_up, half_even };
constexpr auto enum_names(Rounding) {
  return std::array{std::pair{Rounding::half_up, std::string_view("up")},
                    std::pair{Rounding::half_even, std::string_view("even")}};
}

struct TaxRule {
  TaxPer per = TaxPer::line;
  Rounding rounding = Rounding::half_up;
};

// of * numerator / denominator, rounded; all of them >= 0, denominator > 0. invalid_argument where
// the result or of * numerator has more than 63 bits.
Result<std::int64_t> part_of(std::int64_t of, std::int64_t numerator, std::int64_t denominator,
                             Rounding rounding);

// The tax in minor units that these lines contain: of a gross amount g at rate bp it is
// g * bp / (10000 + bp). invalid_argument on overflow, or a rate or price below zero.
Result<std::int64_t> tax_of(const std::vector<wire::orders::Line>& lines, const TaxRule& rule);

}  // namespace trayline::orders
