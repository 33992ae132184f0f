// Which token families (origin_jti) have been revoked before their tokens expired. In memory,
// fed from committed state by whoever owns the accounts; belongs to one thread.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

#include "lib/base/clock.hpp"

namespace trayline::auth {

class Revocations {
 public:
  static constexpr std::size_t kFamiliesMax = 262'144;
  explicit Revocations(std::size_t families_max = kFamiliesMax) : families_max_(families_max) {}

  // Tokens of this family are dead; forgotten after `until`, when the last of them has expired.
  // When full, everything issued up to now is held revoked instead, so that nothing revoked comes
  // back to life: people refresh or sign in again.
  void revoke(const std::string& origin_jti, Time until, Time now);
  bool revoked(std::string_view origin_jti, Time issued) const;
  // Rises with every change, so that an answer may be remembered while it stands.
  std::uint64_t generation() const { return generation_; }
  std::size_t size() const { return until_.size(); }

 private:
  void forget_expired(Time now);

  std::size_t families_max_;
  std::unordered_map<std::string, Time> until_;
  std::multimap<Time, std::string> by_time_;
  Time issued_floor_{};
  std::uint64_t generation_ = 1;
};

}  // namespace trayline::auth
