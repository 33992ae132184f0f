// Orders as decisions see them: what was read, what is decided. Pure values; decide.hpp has the
// functions.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "cloud/orders/order.hpp"
#include "cloud/orders/settings.hpp"
#include "lib/base/clock.hpp"
#include "lib/host/service.hpp"
#include "lib/wire/orders.hpp"

namespace trayline::orders {

using VisitKey = std::tuple<CoreId, StationId, VisitId>;
struct Visit {
  OrderId order;            // may be empty: nobody's yet
  std::int64_t number = 0;  // the highest prediction seen
};

using PredictionKey = std::pair<CoreId, PredictionId>;
struct Known {
  std::string hash;
  OrderId order;
};

struct Snapshot {
  std::map<OrderId, Order> orders;
  std::map<std::string, OrderId> by_code;
  std::map<VisitKey, Visit> visits;
  std::map<PredictionKey, Known> predictions;
  std::map<SiteId, std::int64_t> numbers;
  std::map<RefundId, Refund> refunds;
  // Open orders of the customers that were asked for, counted up to customer_open_max + 1.
  std::map<std::pair<UserId, SiteId>, std::int64_t> open_of;
  bool open_complete = true;  // all open orders of the sites that were asked for are here
};

struct History {
  OrderId order;
  std::int64_t version = 0;
  State state = State::placed;
  std::string event;
  std::string why;
  std::string who;  // "<role>:<id>", or the role alone
};

// A prediction to be kept. fate: open (as its order ends, count_fates.sql) | superseded | closed.
struct Kept {
  wire::Prediction prediction;
  std::string hash;
  OrderId order;
  std::string fate;
};

struct Decision {
  std::optional<Order> placed;   // a new order
  std::optional<Order> changed;  // as it is afterwards
  std::int64_t was_version = 0;  // of the changed one
  bool relined = false;          // its lines are others
  std::optional<Refund> refund;  // a new one, or as it is afterwards
  std::optional<std::pair<VisitKey, Visit>> visit;
  std::optional<Kept> kept;
  std::vector<History> history;
  std::optional<std::pair<SiteId, std::int64_t>> number;
  host::Output out;
};

}  // namespace trayline::orders
