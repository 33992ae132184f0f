// One refund, as a row. Values.
#pragma once
#include <array>
#include <string>
#include <string_view>

#include "lib/base/ids.hpp"
#include "lib/base/money.hpp"

namespace trayline::payments {

enum class RefundState { asked, succeeded, failed };
constexpr auto enum_names(RefundState) {
  using enum RefundState;
  using namespace std::string_view_literals;
  return std::array{std::pair{asked, "asked"sv}, std::pair{succeeded, "succeeded"sv},
                    std::pair{failed, "failed"sv}};
}

struct Refund {
  RefundId id;
  OrderId order;
  RefundState state = RefundState::asked;
  Money amount;
  std::int64_t tax_minor = 0;
  std::int64_t attempt = 1;  // of the intent that was captured
  std::string provider;      // the provider's id
  std::string reason;
  std::string who;
};

}  // namespace trayline::payments
