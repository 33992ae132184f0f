// What the rules compare: the truth about a tray from who put it there, and what the store says
// about an order. Values.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "lib/base/ids.hpp"

namespace trayline::simulate {

// The truth about one prediction, from who made it.
struct Look {
  std::map<Sku, std::int64_t> items;
  bool sure = true;  // the camera has no doubt, and the edge knows the visit
  CoreId core;
  VisitId visit;
  std::int64_t number = 0;
  std::vector<OrderId> codes;
  std::vector<UserId> customers;  // whose own code lay there
  bool readable = true;           // false: whoever gets it must refuse it
};

// The order and its payment, as committed.
struct Seen {
  std::string state;
  std::string user;
  std::int64_t version = 0;
  std::int64_t total_minor = 0;
  std::string core, station, visit, prediction;
  std::int64_t visit_number = 0;
  std::string visit_order;
  std::string payment, intent, raising;
  std::int64_t hold_minor = 0, captured_minor = 0;
};

}  // namespace trayline::simulate
