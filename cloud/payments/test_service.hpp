// For tests: the service on a real host and SQLite, with both providers and a listener in place of
// orders.
#pragma once
#include "cloud/payments/audit.hpp"
#include "cloud/payments/counter_provider.hpp"
#include "cloud/payments/memory_provider.hpp"
#include "cloud/payments/service.hpp"
#include "cloud/payments/test_listener.hpp"
#include "lib/base/check.hpp"
#include "lib/store/sqlite.hpp"

namespace trayline::payments {

namespace w = wire::payments;
inline const Currency kEur = *Currency::parse("EUR");

class ServiceTest : public testing::Test {
 protected:
  ServiceTest() {
    auto opened = store::open_sqlite({":memory:"}, nullptr);
    check(opened.has_value(), "no store in memory");
    db = std::move(*opened);
    start();
    say(w::SetUpCard{UserId("ann"), "first"});
    say(w::CardSaved{"cus_ann", "visa", "visa", "4242", 1, 2040});
    say(w::CardSaved{"cus_ann", "visa"});
  }
  // Also a restart: whatever was under way is taken up again.
  void start() {
    host.reset();
    provider.drop_held();
    provider.hold_answers(false);
    service = make_service({"UTC", 4, [this](const std::string& why) {
                              ASSERT_TRUE(host->post(host::to<w::In>(w::kService, w::Stop{why})));
                            }});
    counter = make_counter_provider(*db, clock);
    executor = make_executor({provider, counter.get()}, clock);
    host =
        std::make_unique<host::Host>(host::Parts{*db, clock, random, metrics, {}, host::Limits{}},
                                     std::vector<host::Service*>{&orders, service.get()},
                                     std::vector<host::Executor*>{executor.get()});
    ASSERT_TRUE(host->start());
    run();
  }
  void run() {
    while (host->tick()) {
    }
  }
  template <class M>
  void say(M message) {
    ASSERT_TRUE(host->post(host::to<w::In>(w::kService, std::move(message))));
    run();
  }
  // Time goes on, with all that it brings.
  void wait(Millis time) {
    const Time end = clock.now() + time;
    while (clock.now() < end) {
      const Millis next = host->next_due() ? *host->next_due() - clock.now() : Millis::max();
      clock.advance(std::clamp<Millis>(next, Millis(1), end - clock.now()));
      run();
    }
  }
  void hold(const std::string& order, std::int64_t minor, w::Means means = w::Means::card) {
    say(w::Hold{OrderId(order), UserId("ann"), SiteId("main"), Money{minor, kEur}, false, means});
  }
  void capture(const std::string& order, std::int64_t minor) {
    say(w::Capture{OrderId(order), Money{minor, kEur}, minor / 10});
  }
  void refund(const std::string& order, const std::string& id, std::int64_t minor) {
    say(w::Refund{OrderId(order), RefundId(id), Money{minor, kEur}, minor / 10, "duplicate",
                  "bob"});
  }
  std::string last() const { return orders.heard.empty() ? "" : orders.heard.back(); }
  std::int64_t held() const {
    std::int64_t sum = 0;
    for (const auto& open : provider.holds()) sum += open.minor;
    return sum;
  }
  AuditReport look_through() {
    auto reader = db->reader();
    const Result<Books> books = load_books(**reader);
    EXPECT_TRUE(books) << books.error().detail;
    return audit(*books);
  }
  std::int64_t number(const std::string& sql) {
    auto reader = db->reader();
    const std::string name = "test." + sql;
    const auto rows = (*reader)->run(store::Statement{name, sql, {}});
    return rows->at(0).integer("n");
  }

  // Behind everybody's back.
  void change(const std::string& sql) {
    const std::string name = "test." + sql;
    const auto changed = db->transaction([&](store::Session& session) -> Result<void> {
      const auto r = session.run(store::Statement{name, sql, {}});
      return r ? Result<void>() : Result<void>(fail(r.error()));
    });
    ASSERT_TRUE(changed) << changed.error().detail;
  }

  ManualClock clock{from_ms(1'790'000'000'000)};
  SeededRandom random{7};
  Metrics metrics;
  std::unique_ptr<store::Store> db;
  MemoryProvider provider;
  std::unique_ptr<Provider> counter;
  Listener orders;
  std::unique_ptr<host::Service> service;
  std::unique_ptr<host::Executor> executor;
  std::unique_ptr<host::Host> host;
};

}  // namespace trayline::payments
