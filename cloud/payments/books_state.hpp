// How the books stand: stopped or not, what waits for an owner, what the last comparison found. For
// staff, metrics, the doctor, and the door at which new orders are refused.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cloud/payments/payments.hpp"
#include "lib/base/metrics.hpp"
#include "lib/host/route.hpp"
#include "lib/store/store.hpp"

namespace trayline::payments {

struct BooksState {
  std::string stopped;  // why; empty: payments go on
  Time since;           // of the stop
  std::int64_t parked = 0;
  std::optional<wire::payments::Compared> compared;  // the last time
  Time compared_at;
};

Result<BooksState> read_books_state(store::Session& session);
Json to_json(const BooksState& state);

// Keeps gauges at what is in the store, and logs a stop and its end. One thread.
class BooksWatch {
 public:
  explicit BooksWatch(Metrics& metrics);
  void look(store::Session& session);

 private:
  Gauge stopped_, parked_, differences_, compared_;
  std::string why_;
};

// Commands of these patterns answer 503 payments_stopped while payments are stopped.
void refuse_while_stopped(std::vector<host::Route>& routes,
                          const std::vector<std::string_view>& patterns);

// GET /v1/staff/payments and POST /v1/staff/payments/resume.
std::vector<host::Route> books_routes();

}  // namespace trayline::payments
