// Collects what an audit compares: the provider's ledger, orders over the API, and read-only looks
// into the stores. For the conducting thread.
#pragma once
#include <map>
#include <string>

#include "standalone/chaos/audit.hpp"
#include "standalone/chaos/stage.hpp"

namespace trayline::chaos {

class Archive {
 public:
  explicit Archive(const Stage& stage) : stage_(stage) {}
  // Fills everything but visits and screens, which come with it. unavailable: something does not
  // answer. Orders that were paid at an earlier collection are not read again until `all` is said.
  Result<void> collect(Facts& facts, const std::vector<std::string>& tokens, bool all);
  // The screens' truth alone.
  Result<void> collect_monitors(Facts& facts) const;

 private:
  Result<void> collect_orders(Facts& facts, const std::vector<std::string>& tokens, bool all);
  Result<void> collect_charges(Facts& facts) const;
  Result<void> collect_predictions(Facts& facts) const;
  const Stage& stage_;
  std::map<std::string, OrderFact> known_;
};

}  // namespace trayline::chaos
