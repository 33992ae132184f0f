// What push accepts: news for a customer, and how its delivery ended.
#pragma once
#include <string>
#include <variant>

#include "lib/base/describe.hpp"
#include "lib/base/ids.hpp"

namespace trayline::wire::push {

// One per order and status, however often it is asked for.
struct Notify {
  static constexpr std::string_view kType = "notify";
  UserId user;
  OrderId order;
  std::string status;
  std::string title;
  std::string text;
  static void describe(auto& member, auto& self) {
    member("user", self.user);
    member("order", self.order);
    member("status", self.status);
    member("title", self.title);
    member("text", self.text);
  }
};

struct Delivered {
  static constexpr std::string_view kType = "delivered";
  OrderId order;
  std::string status;
  std::int64_t http_status = 0;  // 0: no endpoint is set, it was written to the log
  static void describe(auto& member, auto& self) {
    member("order", self.order);
    member("status", self.status);
    member("http_status", self.http_status);
  }
};

inline constexpr std::string_view kService = "push";
using In = std::variant<Notify, Delivered>;

}  // namespace trayline::wire::push
