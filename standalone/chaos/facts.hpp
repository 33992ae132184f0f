// Collects what an audit compares: the provider's ledger, orders over the API, and read-only looks
// into the stores. For the conducting thread.
#pragma once
#include <string>

#include "standalone/chaos/audit.hpp"
#include "standalone/chaos/stage.hpp"

namespace trayline::chaos {

class Archive {
 public:
  explicit Archive(const Stage& stage) : stage_(stage) {}
  // Fills everything but visits and screens, which come with it. unavailable: something does not
  // answer.
  Result<void> collect(Facts& facts, const std::vector<std::string>& tokens) const;
  // The screens' truth alone.
  Result<void> collect_monitors(Facts& facts) const;

 private:
  Result<void> collect_orders(Facts& facts, const std::vector<std::string>& tokens) const;
  Result<void> collect_charges(Facts& facts) const;
  Result<void> collect_predictions(Facts& facts) const;
  const Stage& stage_;
};

}  // namespace trayline::chaos
