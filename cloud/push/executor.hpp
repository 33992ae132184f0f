// Who delivers news: over HTTP to an endpoint of the operator, or into memory.
#pragma once
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "cloud/push/push.hpp"
#include "lib/host/effects.hpp"
#include "lib/http/client.hpp"
#include "lib/loop/loop.hpp"

namespace trayline::push {

struct Settings {
  std::string endpoint_url{};                 // empty: a line in the log instead
  std::string ca_file{};                      // for https with a private CA; empty: the system's
  std::chrono::milliseconds timeout{10'000};  // of one try; below the lease of an effect
  int tries_max = 48;                         // about three hours; then it is given up
};

// POSTs {order, user, status, title, text} with Idempotency-Key: <order>-<status>. 2xx and 4xx end
// it; 408, 429 and anything else is tried again (Retry-After counts where it is longer). Given up
// without an answer it ends as 504. client belongs to the loop's thread; both must outlive it.
std::unique_ptr<host::Executor> make_executor(Loop& loop, http::Client& client, Settings settings);

// Delivers into a list: for the simulator, scenarios and tests. For the tick's thread.
class MemoryExecutor final : public host::Executor {
 public:
  bool carries(std::string_view kind) const override;
  void execute(std::vector<host::Claimed> effects, host::Done done) override;
  // Each key once, in the order of delivery.
  const std::vector<wire::push::Notify>& delivered() const { return delivered_; }
  // The next n tries fail.
  void fail_next(int n) { fail_ = n; }

 private:
  std::vector<wire::push::Notify> delivered_;
  std::set<std::string> keys_;
  int fail_ = 0;
};

}  // namespace trayline::push
