// The list of revoked token families.
#include "lib/auth/revocations.hpp"

namespace trayline::auth {

void Revocations::revoke(const std::string& origin_jti, Time until, Time now) {
  forget_expired(now);
  if (until <= now || !until_.emplace(origin_jti, until).second) return;
  by_time_.emplace(until, origin_jti);
  ++generation_;
  if (until_.size() <= families_max_) return;
  issued_floor_ = now;
  until_.clear();
  by_time_.clear();
}

bool Revocations::revoked(std::string_view origin_jti, Time issued) const {
  if (issued <= issued_floor_) return true;
  return !until_.empty() && until_.contains(std::string(origin_jti));
}

void Revocations::forget_expired(Time now) {
  while (!by_time_.empty() && by_time_.begin()->first <= now) {
    until_.erase(by_time_.begin()->second);
    by_time_.erase(by_time_.begin());
  }
}

}  // namespace trayline::auth
