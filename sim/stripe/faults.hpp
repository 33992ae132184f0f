// What goes wrong on request: a list of faults, each for the next n calls that fit, and a seeded
// random mode for load tests. Pure.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/clock.hpp"
#include "lib/base/json.hpp"
#include "lib/base/random.hpp"

namespace trayline::stripe_sim {

enum class FaultKind {
  latency,       // the reply comes ms later
  status,        // this status instead of the effect
  cut,           // the connection ends before the effect
  hold,          // effect, then the reply is held until it is released
  lose,          // effect, then the connection ends without the reply
  error_after,   // effect, then 500 instead of the reply (the saved reply is the true one)
  error_stored,  // effect, then 500, which is what the key answers from now on
  decline,       // the issuer says no where the call asks it
  event_first,   // effect, then the reply once every endpoint has been tried with its events
};
constexpr std::size_t fault_kinds = 9;

struct Fault {
  FaultKind kind = FaultKind::hold;
  std::string method;       // empty: any
  std::string path_suffix;  // "/capture"; empty: any
  std::int64_t n = 1;       // of calls
  std::int64_t status = 500;
  std::int64_t ms = 0;
  std::string code;  // of status: error.code ("lock_timeout"); of decline: the reason ("lost_card")
  std::int64_t retry_after_s = -1;   // header Retry-After of an error; -1: none
  std::string reason;                // header Stripe-Rate-Limited-Reason; empty: none
  std::optional<bool> should_retry;  // header Stripe-Should-Retry of an error
  bool fits(const std::string& method_of_call, const std::string& path) const;
};

class Faults {
 public:
  static constexpr std::size_t faults_max = 64;

  // exhausted when there are too many.
  Result<void> add(Fault fault);
  // The first that fits, counted down.
  std::optional<Fault> take(const std::string& method, const std::string& path);
  void clear() { faults_.clear(); }
  void clear(FaultKind kind);

 private:
  std::vector<Fault> faults_;
};

// A method of calls, for faults and chaos; invalid_argument lists those there are.
Result<void> read_method(const Json& value, std::string& out);

// {"kind":"lose","path_suffix":"/capture","method":"POST","n":1,"status":500,"ms":0,"code":"",
// "retry_after_s":1,"reason":"","should_retry":true}; all but kind may be left out. Unknown members
// are invalid_argument.
Result<Fault> parse_fault(const Json& json);

// Draws faults: the same seed and the same calls give the same faults.
struct ChaosSettings {
  std::uint64_t seed = 1;
  std::string method;       // as in a fault
  std::string path_suffix;  // likewise
  std::int64_t ms = 100;    // of latency
  // Calls of a million, by kind (none for hold); the rest of them goes well.
  std::array<std::uint32_t, fault_kinds> rates{};
  std::uint32_t rate_429 = 0;
  std::uint32_t rate_409 = 0;
  // Events of a million that are delivered twice, or up to late_ms late and so out of order.
  std::uint32_t webhook_twice = 0;
  std::uint32_t webhook_late = 0;
  std::int64_t webhook_late_ms = 1000;
};

class Chaos {
 public:
  explicit Chaos(ChaosSettings settings)
      : settings_(std::move(settings)), random_(settings_.seed) {}
  std::optional<Fault> draw(const std::string& method, const std::string& path);
  // Of one delivery: how many copies, and the delay of each copy.
  std::vector<Millis> deliveries();
  const ChaosSettings& settings() const { return settings_; }

 private:
  bool happens(std::uint32_t of_a_million);
  ChaosSettings settings_;
  SeededRandom random_;
};

// {"seed":7,"rates":{"lose":0.02,"error_after":0.01,"status":0.01,"429":0.01,"409":0.005,
// "latency":0.1,"webhook_twice":0.1,"webhook_late":0.1},"ms":200,"late_ms":2000,"method":"POST",
// "path_suffix":"/capture"}; rates are 0 to 1 and those of faults add up to 1 at most.
Result<ChaosSettings> parse_chaos(const Json& json);

}  // namespace trayline::stripe_sim
