// How people ask: until they are answered, always under the same key. Requests go through the
// product's own routes wherever these do more than pass a message on. One thread.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lib/host/route.hpp"
#include "standalone/simulate/cloud_host.hpp"
#include "standalone/simulate/core.hpp"

namespace trayline::simulate {

class Asking {
 public:
  struct Parts {
    Engine& engine;
    const Swarm& swarm;
    Rules& rules;
    Bank& bank;
    const CloudSettings& settings;
    std::vector<std::unique_ptr<CloudHost>>& hosts;
    std::vector<std::unique_ptr<Core>>& cores;
  };
  explicit Asking(Parts parts) : parts_(parts) {}

  struct Customer {
    UserId user;
    std::string card;
    bool challenged = false;  // by the bank
  };
  // One wish for an order, however often it is sent.
  struct Wish {
    std::string attempt;
    UserId user;
    bool challenged = false;
    bool counter = false;  // paid there
    std::map<Sku, std::int64_t> items;
    OrderId order;  // once it is answered
    std::string code;
  };
  using WishPtr = std::shared_ptr<Wish>;

 protected:
  using Answered = std::function<void(const host::Answer&)>;
  using Make = std::function<host::OrProblem<host::Message>(CloudHost&)>;
  // Sends until it is answered for good.
  void ask(Make make, Answered answered);
  // To one of the product's routes, as cloud/api passes it on.
  struct Request {
    host::Command route;
    OrderId order;
    UserId user;  // kStaff: staff
    Json body = Json(Json::Object{});
    std::int64_t version = 0;  // that was read; 0: the route is not told
    std::string key = {};      // empty: the route takes none
  };
  static constexpr const char* kStaff = "till";
  static constexpr Millis kMinute{60'000};
  static Json lines_of(const std::map<Sku, std::int64_t>& items);
  void request(Request request, Answered answered);
  Answered cancel_answered(const WishPtr& wish);
  // The order as this user reads it; null where nobody answers.
  Json read(const OrderId& order, const UserId& user);
  // Reads it now and then until it is in one of these states; never, where that takes too long.
  using Found = std::function<void(const Json& view)>;
  void when(const WishPtr& wish, std::set<std::string> states, Found found, int times = 40);
  // Runs once the order is answered, after the delay; never, where that takes too long.
  void later(const WishPtr& wish, Millis delay, std::function<void()> task, int patience = 60);

  void save_card(const Customer& customer, const std::string& attempt);
  // Staff counts: so many are left.
  void count(const Sku& sku, std::int64_t left);
  void order(const WishPtr& wish);
  void confirm_at_bank(const WishPtr& wish, int times);
  void cancel(const WishPtr& wish, bool staff = false);
  void ask_cancel(const WishPtr& wish, const Json& view);  // as it was read, and no other
  // amount: none for all that is left.
  void ask_refund(const WishPtr& wish, const std::string& part, std::optional<std::int64_t> amount);
  // Other lines for what was read.
  void ask_edit(const WishPtr& wish, const Json& view, std::map<Sku, std::int64_t> items);
  void ask_settle(const WishPtr& wish, const Json& view, const UserId& who, Json body);
  void ask_retry(const WishPtr& wish, const std::string& means, const std::string& attempt);
  void ask_bind(const WishPtr& basket, const UserId& user);
  void pay_cashier(const WishPtr& wish);

  Parts parts_;
};

}  // namespace trayline::simulate
