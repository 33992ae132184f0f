// Predictions while our cloud is killed again and again, some sent twice, some replies of the
// charge double lost: is any order missing or charged twice? One thread.
#pragma once
#include "standalone/bench/ours.hpp"

namespace trayline::bench {

struct ChaosOptions {
  int orders = 20'000;
  int in_flight = 64;
  int twice_per_mille = 50;
  int lost_replies_per_mille = 20;
  std::chrono::seconds kill_every{5};
};

struct ChaosResult {
  Measure measure;
  int kills = 0;
  std::uint64_t repeats = 0;  // by the stand-in for the edge's outbox
};

// `ours` is seeded and started, with enough orders left; it is running afterwards.
Result<ChaosResult> run_chaos(const Ground& ground, Ours& ours, const ChaosOptions& options);

}  // namespace trayline::bench
