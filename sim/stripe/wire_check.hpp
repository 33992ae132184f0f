// Looks at calls and their replies while they pass: does each fit the official description?
// Thread-compatible.
#pragma once
#include <string>
#include <vector>

#include "sim/stripe/account.hpp"
#include "sim/stripe/subset.hpp"

namespace trayline::stripe_sim {

class WireCheck {
 public:
  static constexpr std::size_t problems_max = 100;  // further ones are counted only

  explicit WireCheck(Subset description) : description_(std::move(description)) {}
  // A request counts where it was carried out; what the simulator refused needs no second judge.
  void look(const Call& call, const Reply& reply);
  // {"requests", "replies", "problem_count", "problems":["POST /v1/customers: /name: ..."]}
  Json report() const;

 private:
  void add(const Call& call, std::vector<std::string> problems);

  Subset description_;
  std::int64_t requests_ = 0;
  std::int64_t replies_ = 0;
  std::int64_t problem_count_ = 0;
  std::vector<std::string> problems_;
};

}  // namespace trayline::stripe_sim
