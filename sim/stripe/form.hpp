// Form bodies and queries (application/x-www-form-urlencoded, WHATWG URL 5) with Stripe's nested
// brackets, as a value. Knows no endpoint. Pure.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/json.hpp"

namespace trayline::stripe_sim {

// Bounds on text from outside; beyond them a form is refused.
struct FormLimits {
  std::size_t bytes_max = 64 * 1024;
  std::size_t pairs_max = 512;
  std::size_t depth_max = 6;  // a[b][c] has depth 3
};

// Nested objects whose leaves are texts: `metadata[user_id]=u1&expand[]=customer` becomes
// {"metadata":{"user_id":"u1"},"expand":{"0":"customer"}}. Lists stay objects with the keys
// 0..n-1, because metadata may have such keys too. Brackets may be literal or %5B %5D, a space '+'
// or %20. invalid_argument: broken escape, text that is not UTF-8, unbalanced brackets, a name that
// is a value here and a group there, or a name given twice. exhausted: beyond the limits.
Result<Json> parse_form(std::string_view text, const FormLimits& limits = {});

// The leaves as (name[with][brackets], value), sorted by name: equal for equal parameters however
// they were ordered or escaped.
std::vector<std::pair<std::string, std::string>> flatten(const Json& form);

}  // namespace trayline::stripe_sim
