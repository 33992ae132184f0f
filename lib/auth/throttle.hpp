// How often somebody may try: one leaky bucket per key (GCRA), a bounded number of keys. Belongs
// to one thread; time is handed in.
#pragma once
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "lib/base/clock.hpp"

namespace trayline::auth {

// burst at once, then one more every `every`. name appears in answers and logs.
struct Rate {
  std::string name;
  std::int64_t burst = 10;
  Millis every{1'000};
  std::size_t keys_max = 65'536;
};

struct Allowance {
  bool allowed = false;
  std::int64_t remaining = 0;  // of the burst, after this try
  Millis retry_after{0};       // until the next try may succeed; 0 when this one was allowed
};

class Throttle {
 public:
  explicit Throttle(Rate rate) : rate_(std::move(rate)) {}
  // monotonic: Clock::monotonic(). A refused try costs nothing. When there are too many keys, the
  // one that is nearest to a full bucket is forgotten.
  Allowance take(const std::string& key, Millis monotonic);
  const Rate& rate() const { return rate_; }
  std::size_t size() const { return free_at_.size(); }

 private:
  void put(const std::string& key, Millis free_at);

  Rate rate_;
  std::unordered_map<std::string, Millis> free_at_;  // when the bucket is full again
  std::set<std::pair<Millis, std::string>> by_time_;
};

}  // namespace trayline::auth
