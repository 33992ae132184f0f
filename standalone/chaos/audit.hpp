// Whether everything that was promised was kept: what the campaign saw against the provider's own
// ledger, the cloud's orders and predictions, and the edge's outboxes. Pure.
#pragma once
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "standalone/chaos/market.hpp"
#include "standalone/chaos/visit.hpp"

namespace trayline::chaos {

struct OrderFact {
  std::string state;
  std::int64_t total_minor = 0;
};
struct ChargeFact {
  int times = 0;
  std::int64_t minor = 0;  // captured and not refunded
};
struct ScreenFact {
  std::int64_t version = 0;  // what it should show
  std::optional<std::int64_t> painted;
};

struct Facts {
  std::deque<Visit> visits;
  std::vector<ScreenSeen> screens;
  std::map<std::string, OrderFact> orders;     // as the API tells them
  std::map<std::string, ChargeFact> charges;   // the provider's ledger, by order
  std::set<std::string> answered;              // predictions that the cloud has on record
  std::set<std::string> waiting;               // or the edge's outboxes
  std::set<std::string> quarantined;           // or the cloud refused, which the edge keeps
  std::map<std::string, ScreenFact> monitors;  // by "core/screen"
};

struct Audit {
  std::int64_t orders = 0;
  std::int64_t acked = 0;         // predictions that the edge accepted
  std::int64_t lost = 0;          // of them, nowhere any more; and orders that the cloud answered
  std::int64_t quarantined = 0;   // of them, refused by the cloud
  std::int64_t doubles = 0;       // orders charged more than once
  std::int64_t missing = 0;       // paid without a charge, or a tray that should be paid is not
  std::int64_t wrong_amount = 0;  // charged something else than the order's total
  std::int64_t unasked = 0;       // charged though they must not be
  std::int64_t gone_back = 0;     // a phone had heard paid, and it no longer is
  std::int64_t stuck = 0;         // visits without their right end
  std::int64_t screens_wrong = 0;
  std::int64_t difference = 0;   // minor units, provider against orders, summed over orders
  std::vector<std::string> why;  // one line per finding, the first kWhyMax
  bool ok() const;
};
inline constexpr std::size_t kWhyMax = 40;

// What a screen says of an order in this state.
std::string screen_status(const std::string& order_state);
// Empty while all is well with the screen.
std::string screen_problem(const ScreenSeen& screen, const Facts& facts);
Audit audit(const Facts& facts);

}  // namespace trayline::chaos
