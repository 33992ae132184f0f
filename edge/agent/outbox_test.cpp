// The outbox on a disk that fails now and then: nothing that waits is lost or waited for in vain.
#include "edge/agent/outbox.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <climits>
#include <future>

#include "lib/base/digest.hpp"
#include "lib/store/sqlite.hpp"

namespace trayline::agent {
namespace {

constexpr std::chrono::seconds kPatience{20};

// Which of the store's transactions fail, counted from its opening; and one that waits.
struct Faults {
  std::atomic<int> calls{0};
  std::atomic<int> from{INT_MAX};
  std::atomic<int> until{INT_MAX};
  std::shared_future<void> gate;  // set before the store is used
  std::atomic<int> gated{INT_MAX};
  void fail_after(int good, int count) {
    from = calls.load() + good;
    until = from + count;
  }
  void fail_from_now() {
    until = INT_MAX;
    from = calls.load();
  }
  void heal() { from = INT_MAX; }
};

class FaultyStore final : public store::Store {
 public:
  FaultyStore(std::unique_ptr<store::Store> inner, Faults& faults)
      : inner_(std::move(inner)), faults_(faults) {}
  Result<void> migrate(const std::vector<const store::Migrations*>& modules) override {
    return inner_->migrate(modules);
  }
  Result<void> transaction(const std::function<Result<void>(store::Session&)>& work) override {
    const int call = faults_.calls++;
    if (call >= faults_.gated) faults_.gate.wait();
    if (call >= faults_.from && call < faults_.until) return fail(Code::unavailable, "disk full");
    return inner_->transaction(work);
  }
  Result<std::unique_ptr<store::Session>> reader() override { return inner_->reader(); }
  bool shared() const override { return inner_->shared(); }
  std::uint64_t connections() const override { return inner_->connections(); }
  std::uint64_t statements() const override { return inner_->statements(); }
  std::uint64_t commits() const override { return inner_->commits(); }
  std::vector<std::string> statements_seen() const override { return inner_->statements_seen(); }

 private:
  std::unique_ptr<store::Store> inner_;
  Faults& faults_;
};

class FailingDisk : public testing::Test {
 protected:
  FailingDisk() {
    auto store = store::open_sqlite({.path = ":memory:"}, nullptr);
    EXPECT_TRUE(store) << store.error().detail;
    auto made =
        Table::on(std::make_unique<FaultyStore>(std::move(*store), faults), OutboxLimits{}, clock);
    EXPECT_TRUE(made) << made.error().detail;
    table = std::move(*made);
  }
  void open() {
    Outbox::Out out{[this](const Row& row) { sent += row.key + " "; },
                    [this](const Settled& s) { settled += s.row.key + " "; },
                    [this] { ++changes; }};
    auto opened = Outbox::open(loop, Sender(random), clock, std::move(table), std::move(out));
    ASSERT_TRUE(opened) << opened.error().detail;
    outbox = std::move(*opened);
    outbox->connection(true);
  }
  static Row row(const std::string& key, const std::string& function, Class cls) {
    return Row{0, key, function, "t", cls, "{}", sha256_hex(key)};
  }
  std::int64_t stored(const Row& r) {
    std::optional<std::int64_t> number;
    outbox->put(r, [&](PutResult, std::int64_t seq) { number = seq; });
    EXPECT_TRUE(until([&] { return number.has_value(); })) << r.key << " was not stored";
    return number.value_or(0);
  }
  static wire::Ack ack(const std::string& key) {
    wire::Ack a;
    a.prediction = PredictionId(key);
    return a;
  }
  // The round in which the disk has failed is over.
  void expect_failure() {
    const int before = changes;
    EXPECT_TRUE(until([&] { return faults.calls > faults.from && changes > before; }))
        << "the disk was not asked";
  }
  bool until(const std::function<bool()>& holds) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    bool held = false;
    std::function<void()> look = [&] {
      held = holds();
      if (held || std::chrono::steady_clock::now() > deadline) return loop.stop();
      timer = loop.after(std::chrono::milliseconds(5), look);
    };
    timer = loop.after(std::chrono::milliseconds(0), look);
    loop.run();
    return held;
  }

  Faults faults;
  SystemClock clock;
  SeededRandom random{7};
  Loop loop;
  Loop::Timer timer;
  std::unique_ptr<Table> table;
  std::unique_ptr<Outbox> outbox;
  std::string sent;
  std::string settled;
  int changes = 0;
};

TEST_F(FailingDisk, AnAnswerThatCouldNotBeWrittenIsWrittenLater) {
  open();
  stored(row("a", "camera", Class::critical));
  faults.fail_from_now();
  outbox->answered(ack("a"));
  outbox->answered(ack("a"));
  expect_failure();
  EXPECT_EQ(settled, "");
  faults.heal();
  EXPECT_TRUE(until([&] { return settled == "a "; })) << "the answer was lost: " << settled;
  EXPECT_EQ(outbox->totals().of(Class::critical).rows, 0);
  EXPECT_EQ(outbox->totals().acked, 1);
}

TEST_F(FailingDisk, AMessageIsSentAgainUntilItsAnswerIsOnDisk) {
  open();
  stored(row("a", "camera", Class::critical));
  faults.fail_from_now();
  outbox->answered(ack("a"));
  EXPECT_TRUE(until([&] { return sent == "a a "; })) << "it was given up: " << sent;
  faults.heal();
  EXPECT_TRUE(until([&] { return settled == "a "; }));
  EXPECT_FALSE(outbox->stalled());
}

TEST_F(FailingDisk, WhatTheBrokerHasIsForgottenLater) {
  open();
  const std::int64_t seq = stored(row("a", "camera", Class::normal));
  faults.fail_from_now();
  outbox->delivered(seq);
  expect_failure();
  EXPECT_EQ(outbox->totals().of(Class::normal).rows, 1);
  faults.heal();
  EXPECT_TRUE(until([&] { return outbox->totals().of(Class::normal).rows == 0; }))
      << "it takes room until a restart";
}

TEST_F(FailingDisk, EveryFunctionsFailedLoadIsRepeated) {
  ASSERT_TRUE(table->commit(
      {.puts = {row("a", "camera", Class::critical), row("b", "scale", Class::critical),
                row("c", "screen", Class::critical)}}));
  faults.fail_after(2, 3);  // the functions' names and the uploads are read, no load is
  open();
  for (const std::string key : {"a", "b", "c"}) {
    EXPECT_TRUE(until([&] { return sent.find(key) != std::string::npos; }))
        << "a function is silent for ever: " << key;
  }
}

TEST_F(FailingDisk, WhatDoesNotFitTheQueueIsAskedLater) {
  std::promise<void> disk;
  faults.gate = disk.get_future().share();
  open();
  faults.gated = faults.calls.load();
  for (int i = 0; i < 20'000; ++i) outbox->answered(ack("nobody's"));
  outbox->upload_ended("hash", true);
  disk.set_value();
  EXPECT_TRUE(until([&] { return outbox->totals().uploaded == 1; })) << "the end was lost";
}

}  // namespace
}  // namespace trayline::agent
