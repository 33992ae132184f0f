// Who uses a store: customers with good and bad cards, who order, cancel, put down trays that are
// right, wrong, unsure or somebody else's, mend them, and ask again when they hear nothing.
// One thread.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "standalone/simulate/cloud_host.hpp"
#include "standalone/simulate/core.hpp"

namespace trayline::simulate {

class People {
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
  explicit People(Parts parts) : parts_(parts) {}

  // Customers come and save their cards.
  void arrive(int customers);
  // So many orders over the time given, each with a fate of its own.
  void plan(int orders, Millis over);

  // One wish for an order, however often it is sent.
  struct Wish {
    std::string attempt;
    UserId user;
    bool challenged = false;  // by the bank
    std::map<Sku, std::int64_t> items;
    OrderId order;  // once it is answered
    std::string code;
  };
  using WishPtr = std::shared_ptr<Wish>;

 private:
  struct Customer {
    UserId user;
    std::string card;
    bool challenged = false;
  };
  // What becomes of an order; the table is in people.cpp.
  struct Plan {
    std::string_view name;
    int weight;
    void (People::*act)(const WishPtr&);
  };
  static const std::vector<Plan>& plans();

  using Answered = std::function<void(const host::Answer&)>;
  // Sends until it is answered for good.
  void ask(std::function<host::Message()> make, Answered answered);
  void save_card(const Customer& customer);
  void order(const WishPtr& wish);
  void confirm_at_bank(const WishPtr& wish, int times);
  void cancel(const WishPtr& wish, bool staff = false);
  // By staff; amount: all that is left.
  void ask_refund(const WishPtr& wish, const std::string& part, std::optional<std::int64_t> amount);

  // Runs once the order is answered, after the delay; never, where that takes too long.
  void later(const WishPtr& wish, Millis delay, std::function<void()> task, int patience = 60);
  Tray tray_of(const WishPtr& wish, Sight sight = Sight::clear) const;
  Tray wrong(Tray tray);
  // At a free station: what lies there, then what becomes of it, at these times after.
  using Looks = std::vector<std::pair<Millis, Tray>>;
  void stand(Tray first, Looks then, int patience = 30);

  void right(const WishPtr& wish);
  void at_once(const WishPtr& wish);
  void mended(const WishPtr& wish);
  void spoiled(const WishPtr& wish);
  void wrong_only(const WishPtr& wish);
  void unsure(const WishPtr& wish);
  void unsure_then_clear(const WishPtr& wish);
  void with_other_code(const WishPtr& wish);
  void without_code(const WishPtr& wish);
  void never_comes(const WishPtr& wish);
  void cancelled(const WishPtr& wish);
  void cancelled_at_the_tray(const WishPtr& wish);
  void lapsed(const WishPtr& wish);
  void twice(const WishPtr& wish);
  void two_orders_one_tray(const WishPtr& wish);
  void paid_back(const WishPtr& wish);
  void cancelled_by_staff(const WishPtr& wish);

  Parts parts_;
  std::vector<Customer> customers_;
  std::vector<WishPtr> wishes_;
};

}  // namespace trayline::simulate
