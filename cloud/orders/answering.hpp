// Answers to people who ask for a change of an order, in one form for all of them. Pure.
#pragma once
#include <string>

#include "cloud/orders/orders.hpp"

namespace trayline::orders {

// Collects the one answer to a request; without a request nobody hears it.
class Answering {
 public:
  Answering(Decision& decision, const Settings& settings, std::uint64_t request)
      : decision_(decision), settings_(settings), request_(request) {}

  // The order as it is now.
  void show(const Order& order, int status = 200);
  void refuse(Code code, std::string type, std::string detail);
  // The order is another than the one that was read: 412 with the tag that it has.
  void stale(const Order& order);
  void answer(host::Answer answer);

 private:
  Decision& decision_;
  const Settings& settings_;
  std::uint64_t request_;
};

// Null where there is none, or where it is another customer's; then the answer is given.
const Order* find_for(const Snapshot& snapshot, const OrderId& id, const Who& who,
                      Answering& answer);

}  // namespace trayline::orders
