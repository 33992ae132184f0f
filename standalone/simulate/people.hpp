// Who uses a store: customers with good and bad cards, who order, edit, cancel, put down trays that
// are right, wrong, unsure or somebody else's, mend them, take walk-up trays and pay at the
// counter; and staff, who decide, take money and give it back. One thread.
#pragma once
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "standalone/simulate/asking.hpp"

namespace trayline::simulate {

class People : private Asking {
 public:
  using Parts = Asking::Parts;
  explicit People(Parts parts) : Asking(parts) {}

  // Customers come and save their cards; staff counts what is left of an item.
  void arrive();
  // So many orders over the time given, each with a fate of its own.
  void plan(int orders, Millis over);

 private:
  // What becomes of an order; the table is in people.cpp.
  struct Plan {
    std::string_view name;
    int weight;
    void (People::*act)(const WishPtr&);
    bool orders = true;  // before it; else it begins otherwise
  };
  static const std::vector<Plan>& plans();

  Tray tray_of(const WishPtr& wish, Sight sight = Sight::clear) const;
  // With the customer's own code in place of the order's.
  Tray with_code_of(const UserId& user, Tray tray) const;
  Tray wrong(Tray tray);
  // At a free station: what lies there, then what becomes of it, at these times after.
  using Looks = std::vector<std::pair<Millis, Tray>>;
  using There = std::function<void(Core& core, std::size_t station)>;
  void stand(Tray first, Looks then, const There& there = nullptr, int patience = 30);
  // Binds the basket that the screen of this station shows, once it does.
  void watch_screen(Core& core, std::size_t station, const WishPtr& basket, int times);

  // In people.cpp.
  void right(const WishPtr& wish);
  void at_once(const WishPtr& wish);
  void mended(const WishPtr& wish);
  void spoiled(const WishPtr& wish);
  void wrong_only(const WishPtr& wish);
  void unsure(const WishPtr& wish);
  void unsure_then_clear(const WishPtr& wish);
  void with_other_code(const WishPtr& wish);
  void forged(const WishPtr& wish);
  void without_code(const WishPtr& wish);
  void never_comes(const WishPtr& wish);
  void cancelled(const WishPtr& wish);
  void cancelled_at_the_tray(const WishPtr& wish);
  void lapsed(const WishPtr& wish);
  void twice(const WishPtr& wish);
  void two_orders_one_tray(const WishPtr& wish);
  void paid_back(const WishPtr& wish);
  void cancelled_by_staff(const WishPtr& wish);
  // In deciding.cpp.
  void edited(const WishPtr& wish);
  void settled(const WishPtr& wish);
  void reviewed(const WishPtr& wish);
  void another_card(const WishPtr& wish);
  void at_the_counter(const WishPtr& wish);
  void walks_up(const WishPtr& wish);
  void with_own_code(const WishPtr& wish);

  std::vector<Customer> customers_;
  std::vector<WishPtr> wishes_;
  int late_ = 0;  // customers that came during the day
};

}  // namespace trayline::simulate
