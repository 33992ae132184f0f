// The tax that prices contain, by hand-made tables.
#include "cloud/orders/tax.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace trayline::orders {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

wire::orders::Line line(std::int64_t quantity, std::int64_t price, std::int64_t bp) {
  return {Sku("x"), "X", quantity, price, bp};
}

TEST(Tax, RoundsHalvesAsTheSiteSays) {
  struct Case {
    std::int64_t of, numerator, denominator, up, even;
  };
  // 119 at 19 % is 19 exactly; 5 / 2, 7 / 2, 1 / 2 are halves; the others are not.
  const Case cases[] = {{119, 1900, 11900, 19, 19},
                        {5, 1, 2, 3, 2},
                        {7, 1, 2, 4, 4},
                        {1, 1, 2, 1, 0},
                        {0, 1900, 11900, 0, 0},
                        {100, 1900, 11900, 16, 16},
                        {2, 1, 3, 1, 1},
                        {1, 1, 3, 0, 0}};
  for (const Case& c : cases) {
    EXPECT_EQ(*part_of(c.of, c.numerator, c.denominator, Rounding::half_up), c.up) << c.of;
    EXPECT_EQ(*part_of(c.of, c.numerator, c.denominator, Rounding::half_even), c.even) << c.of;
  }
}

TEST(Tax, IsRoundedPerLineOrPerRate) {
  // 3 * 1.00 at 7 %: 6.54 each line, 19.63 of the sum; 1 * 0.50 at 19 %: 7.98.
  const std::vector<wire::orders::Line> lines{line(1, 100, 700), line(1, 100, 700),
                                              line(1, 100, 700), line(1, 50, 1900)};
  EXPECT_EQ(*tax_of(lines, {TaxPer::line, Rounding::half_up}), 7 + 7 + 7 + 8);
  EXPECT_EQ(*tax_of(lines, {TaxPer::total, Rounding::half_up}), 20 + 8);
  EXPECT_EQ(*tax_of({line(3, 100, 0)}, {}), 0) << "no rate, no tax";
  EXPECT_EQ(*tax_of({}, {}), 0);
}

TEST(Tax, RefusesWhatCannotBeCounted) {
  for (const TaxPer per : {TaxPer::line, TaxPer::total}) {
    const TaxRule rule{per, Rounding::half_up};
    EXPECT_FALSE(tax_of({line(2, kMost, 1900)}, rule));
    EXPECT_FALSE(tax_of({line(1, kMost, 1900)}, rule));
    EXPECT_FALSE(tax_of({line(1, 100, -1)}, rule));
    EXPECT_FALSE(tax_of({line(1, -100, 1900)}, rule));
    EXPECT_FALSE(tax_of({line(1, 100, kMost)}, rule));
  }
  EXPECT_FALSE(part_of(1, 1, 0, Rounding::half_up));
  EXPECT_EQ(*part_of(kMost, 1, 1, Rounding::half_even), kMost);
}

}  // namespace
}  // namespace trayline::orders
