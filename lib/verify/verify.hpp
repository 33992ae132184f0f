// Is this tray that order? Pure: shared by orders, replay and benches. A wrong count can never be a
// match; a mismatch is only asserted when it is likely enough; everything else goes to a person.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "lib/base/ids.hpp"
#include "lib/wire/prediction.hpp"

namespace trayline::verify {

enum class Kind { match, mismatch, unsure };
constexpr auto enum_names(Kind) {
  return std::array{std::pair{Kind::match, std::string_view("match")},
                    std::pair{Kind::mismatch, std::string_view("mismatch")},
                    std::pair{Kind::unsure, std::string_view("unsure")}};
}

// Probabilities, 0..1.
struct Options {
  double mismatch_prior = 0.02;     // how often a tray is not its order
  double match_at_least = 0.99;     // posterior of "tray = order" to charge
  double mismatch_at_least = 0.75;  // posterior of "tray is not the order" to name the difference
  double ghost = 0.005;             // an item seen that is not there, or not seen that is
  double floor = 1e-4;              // the least probability of any SKU for any item
  double reading_margin = 0.02;     // costs this near: another count of items is as likely
};

struct Verification {
  Kind kind = Kind::unsure;
  std::vector<wire::SkuCount> missing;  // ordered, not on the tray
  std::vector<wire::SkuCount> extra;    // on the tray, not ordered ("unknown" among them)
  double match_posterior = 0;
};

// order: what was ordered, counts positive. The cost of reading is min-cost assignment of seen
// items to ordered units (at most wire::kItemsMax of each; more is unsure).
Verification verify(const wire::Prediction& tray, const std::vector<wire::SkuCount>& order,
                    const Options& options = {});

// Least total cost of giving each row its own column; costs is row-major, rows <= columns.
// Returns the column of each row. Kuhn-Munkres, O(rows^2 columns).
std::vector<std::size_t> assign(const std::vector<double>& costs, std::size_t rows,
                                std::size_t columns);

}  // namespace trayline::verify
