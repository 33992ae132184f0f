// Carries out the comparison of our books with the provider's: its lists by the client's thread,
// our rows by a worker, never by the tick's thread.
#pragma once
#include <functional>
#include <memory>

#include "cloud/payments/audit.hpp"
#include "cloud/payments/service.hpp"
#include "cloud/payments/stripe_provider.hpp"
#include "lib/host/effects.hpp"

namespace trayline::payments {

// How far back the provider's lists are read: a hold ends within 7 days.
inline constexpr Millis kCompareWindow{8LL * 24 * 3600 * 1000};
inline constexpr std::size_t kFindingsKept = 20;

struct CompareParts {
  stripe::Client& client;
  Post post;  // to the client's thread
  Work work;
  // Our books, as far as the caller knows them.
  std::function<Result<Books>(store::Session&)> gather;
  const Clock& clock;
};
std::unique_ptr<host::Executor> make_compare_executor(CompareParts parts);

}  // namespace trayline::payments
