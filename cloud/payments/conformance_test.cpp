// The providers that need no socket, against what every provider must do.
#include <gtest/gtest.h>

#include "cloud/payments/counter_provider.hpp"
#include "cloud/payments/memory_provider.hpp"
#include "cloud/payments/provider_conformance_cases.hpp"
#include "cloud/payments/sql.hpp"
#include "lib/base/check.hpp"
#include "lib/store/sqlite.hpp"

namespace trayline::payments {
namespace {

const Time kNow = from_ms(1'790'000'000'000);

NewIntent an_intent() {
  return {OrderId("o1"),    1,   "cus_1", "visa", Money{1200, *Currency::parse("EUR")},
          "tl-o1-create-1", kNow};
}

struct InMemory : Bench {
  Provider& provider() override { return memory; }
  NewIntent intent() override { return an_intent(); }
  bool cut() override {
    memory.lose_any(1);
    return true;
  }
  MemoryProvider memory;
};

struct AtTheCounter : Bench {
  AtTheCounter() {
    auto opened = store::open_sqlite({":memory:"}, nullptr);
    check(opened.has_value(), "no store in memory");
    store = std::move(*opened);
    check(store->migrate({&sql::migrations}).has_value(), "migrations");
    counter = make_counter_provider(*store, clock);
  }
  Provider& provider() override { return *counter; }
  NewIntent intent() override { return an_intent(); }
  // The book and its caller share one transaction: no answer gets lost between them.
  bool cut() override { return false; }
  ManualClock clock{kNow};
  std::unique_ptr<store::Store> store;
  std::unique_ptr<Provider> counter;
};

INSTANTIATE_TEST_SUITE_P(Memory, ProviderConformance,
                         testing::Values([] { return std::make_unique<InMemory>(); }));
INSTANTIATE_TEST_SUITE_P(Counter, ProviderConformance,
                         testing::Values([] { return std::make_unique<AtTheCounter>(); }));

}  // namespace
}  // namespace trayline::payments
