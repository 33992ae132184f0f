// Totals over all charges, kept up to date with every change: what the ledger answers without
// looking at each charge. Thread-compatible.
#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "lib/base/json.hpp"

namespace trayline::stripe_sim {

class Books {
 public:
  struct Totals {
    std::int64_t captured = 0;  // minor units, over all currencies, like refunded
    std::int64_t refunded = 0;  // of what was captured
    std::int64_t charges = 0;   // captured ones
    std::int64_t holds = 0;     // open
    std::int64_t voided = 0;    // holds that were let go or lapsed
    std::int64_t declined = 0;
    std::int64_t orders = 0;  // with a captured charge
  };

  // before: null for a new charge.
  void track(const Json* before, const Json& after);
  const Totals& totals() const { return totals_; }
  // The charges of metadata[order_id], in order of creation; null where there are none.
  const std::vector<std::string>* charges_of(const std::string& order) const;
  // Orders with more than one captured charge.
  const std::set<std::string>& doubles() const { return doubles_; }

 private:
  struct Order {
    std::vector<std::string> charges;
    std::int64_t captured = 0;
  };
  void count(const Json& charge, std::int64_t sign);

  Totals totals_;
  std::unordered_map<std::string, Order> orders_;
  std::set<std::string> doubles_;
};

// What a charge is in the books.
enum class Standing { declined, held, voided, captured };
Standing standing_of(const Json& charge);
// metadata[order_id]; empty where there is none.
std::string order_of(const Json& charge);

}  // namespace trayline::stripe_sim
