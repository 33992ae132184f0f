// Several hosts on one PostgreSQL: each message is handled once, each effect carried out once, and
// what a host leaves behind is taken over by the others.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "lib/host/host.hpp"
#include "lib/host/test_toy.hpp"
#include "lib/postgres/test_proxy.hpp"
#include "lib/postgres/test_store.hpp"

namespace trayline::host {
namespace {

using std::chrono::steady_clock;
constexpr std::chrono::seconds kPatience{30};

// A provider with a ledger of its own: how often it was asked for each key. It answers at once, or
// never while it hangs.
class Ledger final : public Executor {
 public:
  bool carries(std::string_view kind) const override { return kind == "toy.charge"; }
  void execute(std::vector<Claimed> effects, Done done) override {
    std::vector<Outcome> outcomes;
    {
      const std::lock_guard lock(mutex_);
      for (const Claimed& effect : effects) {
        ++asked_[effect.key];
        if (hangs) continue;
        outcomes.push_back({effect.id,
                            to<ToyIn>("toy", Charged{effect.body.text_at("key")}, effect.request),
                            std::nullopt, ""});
      }
    }
    if (!outcomes.empty()) done(std::move(outcomes));
  }
  std::map<std::string, int> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }
  std::atomic<bool> hangs{false};

 private:
  mutable std::mutex mutex_;
  std::map<std::string, int> asked_;
};

// One host as a process has it: its own connections and its own thread.
struct Member {
  Member(const std::string& url, const std::string& name, const Clock& clock, Executor& provider)
      : db(*store::open_postgres({.url = url, .name = name}, nullptr)),
        host(std::make_unique<Host>(Parts{*db, clock, random, metrics, {}, limits(), name},
                                    std::vector<Service*>{&toy},
                                    std::vector<Executor*>{&provider})) {}
  ~Member() { stop(); }
  // Turns so small that one host does not take everything.
  static Limits limits() {
    Limits small;
    small.batch_max = 16;
    return small;
  }
  void run() {
    thread = std::thread([this] { host->run(); });
  }
  void stop() {
    if (!thread.joinable()) return;
    host->stop();
    thread.join();
  }

  SystemRandom random;
  Metrics metrics;
  std::unique_ptr<store::Store> db;
  Toy toy;
  std::unique_ptr<Host> host;
  std::thread thread;
};

class HostsTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto made = postgres::fresh_database();
    if (!made && made.error().code == Code::not_found) GTEST_SKIP() << made.error().detail;
    ASSERT_TRUE(made) << made.error().detail;
    url = *made;
  }
  std::unique_ptr<Member> join(const std::string& name, const Clock& time) {
    auto member = std::make_unique<Member>(url, name, time, provider);
    const auto started = member->host->start();
    EXPECT_TRUE(started) << (started ? "" : started.error().detail);
    return member;
  }
  static Message add(const std::string& key, const std::string& id) {
    Message message = to<ToyIn>("toy", Add{key, 1});
    message.id = id;
    return message;
  }
  std::int64_t count(const char* sql) {
    if (!looker) looker = *store::open_postgres({.url = url}, nullptr);
    if (!reader) reader = *looker->reader();
    const auto rows = reader->run({sql, sql, {}});
    return rows ? rows->at(0).integer("n") : -1;
  }
  bool until(const std::function<bool()>& condition) {
    const auto end = steady_clock::now() + kPatience;
    while (!condition()) {
      if (steady_clock::now() > end) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
  }

  // A look around of a host whose clock stands still otherwise.
  void look(Member& member) {
    clock.advance(Millis(600));
    while (member.host->tick()) {
    }
  }
  void change(const char* sql) {
    const store::Statement statement{sql, sql, {}};
    ASSERT_TRUE(looker->transaction([&](store::Session& session) -> Result<void> {
      const auto done = session.run(statement);
      return done ? Result<void>() : fail(done.error());
    }));
  }

  std::string url;
  ManualClock clock{from_ms(1'790'000'000'000)};
  SystemClock running;
  Ledger provider;
  std::unique_ptr<store::Store> looker;
  std::unique_ptr<store::Session> reader;
};

TEST_F(HostsTest, ThreeHostsHandleEachMessageAndEachEffectOnce) {
  std::vector<std::unique_ptr<Member>> members;
  for (const char* name : {"one", "two", "three"}) members.push_back(join(name, running));
  for (auto& member : members) member->run();
  constexpr int kMessages = 300;
  constexpr int kKeys = 40;  // fewer than messages: they meet on rows
  // Every message comes to two hosts, as a broker repeats.
  for (int i = 0; i < kMessages; ++i) {
    const Message message = add("k" + std::to_string(i % kKeys), "m-" + std::to_string(i));
    for (const std::size_t to_whom : {std::size_t(i) % 3, std::size_t(i + 1) % 3})
      ASSERT_TRUE(members[to_whom]->host->post(message));
  }
  EXPECT_TRUE(until([&] {
    return count("SELECT CAST(sum(n) AS bigint) AS n FROM toy_sums") == kMessages &&
           count("SELECT count(*) AS n FROM host_outbox") == 0;
  }));
  for (auto& member : members) member->stop();
  EXPECT_EQ(count("SELECT CAST(sum(n) AS bigint) AS n FROM toy_sums"), kMessages);
  EXPECT_EQ(count("SELECT count(*) AS n FROM host_dead_letters"), 0)
      << "to lose a race is no reason to be given up";
  // A key's effect may come again after its row has gone, with the next message of the key; never
  // more often than there were messages, and as often as its results were counted.
  std::int64_t asked = 0;
  for (const auto& [key, times] : provider.asked()) asked += times;
  EXPECT_EQ(count("SELECT CAST(sum(charged) AS bigint) AS n FROM toy_sums"), asked)
      << "each effect was carried out once and its result handled once";
  for (auto& member : members) {
    EXPECT_GT(member->metrics.counter("trayline_host_messages_total", "Messages handled.").value(),
              0U)
        << "all of them worked";
  }
}

TEST_F(HostsTest, EffectsOfAHostThatIsGoneAreTakenOverAtOnce) {
  auto one = join("one", clock);
  auto two = join("two", clock);
  provider.hangs = true;
  ASSERT_TRUE(one->host->post(add("a", "m-1")));
  EXPECT_TRUE(one->host->tick());
  look(*two);
  EXPECT_EQ(provider.asked()["k-a"], 1) << "while a host lives, its effects are its own";
  provider.hangs = false;
  one.reset();  // its connections end, as after SIGKILL
  EXPECT_TRUE(until([&] {
    look(*two);
    return count("SELECT charged AS n FROM toy_sums WHERE key = 'a'") == 1;
  }));
  EXPECT_EQ(provider.asked()["k-a"], 2) << "under the same key";
  ASSERT_TRUE(two->host->post(add("b", "m-2")));
  const std::uint64_t commits = two->db->commits();
  EXPECT_TRUE(two->host->tick());
  EXPECT_EQ(two->db->commits() - commits, 1U) << "another host's end is no reason for caution";
  one = join("one", clock);
  ASSERT_TRUE(one->host->post(add("c", "m-3")));
  const std::uint64_t before = one->db->commits();
  EXPECT_TRUE(one->host->tick());
  EXPECT_EQ(one->db->commits() - before, 2U) << "its own is: counted, then handled";
}

TEST_F(HostsTest, ARequestUnderOneKeyRunsOnOneHostOnly) {
  auto one = join("one", clock);
  auto two = join("two", clock);
  std::vector<Answer> answers;
  const auto ask = [&](Member& member) {
    Message message = to<ToyIn>("toy", Add{"parked", 1});  // stays without an answer
    message.idempotency = Idempotency{"ann", "key-1", "hash"};
    ASSERT_TRUE(member.host->ask(std::move(message), [&](Answer a) { answers.push_back(a); }));
    EXPECT_TRUE(member.host->tick());
  };
  const auto sum = [&] { return count("SELECT n FROM toy_sums WHERE key = 'parked'"); };
  ask(*one);
  EXPECT_TRUE(answers.empty());
  ask(*two);
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].problem->type, "in_flight");
  EXPECT_EQ(sum(), 1);
  one.reset();
  EXPECT_TRUE(until([&] {
    look(*two);
    return count("SELECT count(*) AS n FROM host_answers") == 0;
  })) << "the key of a host that is gone is free again";
  ask(*two);
  EXPECT_EQ(sum(), 2);
}

TEST_F(HostsTest, WhatALostCommitMadeIsTakenBackByItsOwner) {
  auto one = join("one", clock);
  ASSERT_EQ(count("SELECT count(*) AS n FROM host_runs"), 1);
  provider.hangs = true;
  ASSERT_TRUE(one->host->post(add("known", "m-1")));
  EXPECT_TRUE(one->host->tick());
  provider.hangs = false;
  // As if the answer of the commit had been lost.
  change(
      "INSERT INTO host_outbox (id, kind, key, body, owner, lease_until_ms, next_try_ms, tries, "
      "last_error, created_ms) SELECT 'lost', 'toy.charge', 'k-lost', '{\"key\":\"known\"}', "
      "owner, "
      "lease_until_ms, next_try_ms, 0, '', created_ms FROM host_outbox");
  change(
      "SELECT count(*) AS n FROM (SELECT pg_terminate_backend(pid) AS ended FROM pg_stat_activity "
      "WHERE application_name = 'one') AS e");
  EXPECT_TRUE(until([&] {
    look(*one);
    return provider.asked()["k-lost"] == 1;
  }));
  EXPECT_EQ(provider.asked()["k-known"], 1) << "what it carries out still is not begun twice";
  EXPECT_EQ(count("SELECT count(*) AS n FROM host_runs WHERE released = 0"), 1);
}

// A host whose connection goes through a proxy, and messages whose sender repeats them until they
// are answered, as a device does.
class CutTest : public HostsTest {
 protected:
  void SetUp() override {
    HostsTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    auto made = postgres::Proxy::start((*postgres::test_server())->port());
    ASSERT_TRUE(made) << made.error().detail;
    proxy = std::move(*made);
    const std::string through = proxy->url(url.substr(url.rfind('/') + 1));
    one = std::make_unique<Member>(through, "one", clock, provider);
    const auto started = one->host->start();
    ASSERT_TRUE(started) << started.error().detail;
    ASSERT_EQ(count("SELECT count(*) AS n FROM toy_sums"), 0);
  }
  Sum sum_of(const std::string& key) {
    const auto rows = reader->run(
        {"t.sum_of", "SELECT key, n, charged FROM toy_sums WHERE key = :key", {}}, {{"key", key}});
    if (!rows || rows->empty()) return {};
    return {rows->at(0).integer("n"), rows->at(0).integer("charged")};
  }
  void expect_once(const std::string& key) {
    EXPECT_TRUE(until([&] {
      if (one->host->post(add(key, "m-" + key))) look(*one);
      return sum_of(key).charged > 0;
    }));
    EXPECT_EQ(sum_of(key).n, 1);
    EXPECT_EQ(sum_of(key).charged, 1);
    EXPECT_EQ(provider.asked()["k-" + key], 1);
  }
  std::unique_ptr<postgres::Proxy> proxy;
  std::unique_ptr<Member> one;
};

TEST_F(CutTest, AMessageWhoseCommitIsNotAnsweredIsHandledOnceAndItsEffectLeavesOnce) {
  ASSERT_TRUE(one->host->post(add("a", "m-a")));
  proxy->arm({.behind = "COMMIT"});
  EXPECT_TRUE(one->host->tick());
  EXPECT_TRUE(proxy->struck());
  EXPECT_EQ(sum_of("a").n, 1) << "it is committed";
  EXPECT_EQ(provider.asked()["k-a"], 0) << "and nobody knows that yet";
  expect_once("a");
  EXPECT_EQ(one->metrics.counter("trayline_host_duplicates_total", "Duplicates dropped.").value(),
            1U);
}

TEST_F(CutTest, WhereverAnAnswerIsCutMessageAndEffectCountOnce) {
  constexpr std::size_t kAnswersMost = 10'000;  // bytes, of all turns for one message
  constexpr std::size_t kStep = 41;
  std::size_t at = 0;
  for (bool struck = true; struck && at < kAnswersMost; at += kStep) {
    SCOPED_TRACE("cut after " + std::to_string(at) + " bytes");
    const std::string key = "k" + std::to_string(at);
    ASSERT_TRUE(one->host->post(add(key, "m-" + key)));
    proxy->arm({.after = at});
    one->host->tick();
    one->host->tick();
    struck = proxy->struck();
    expect_once(key);
    if (HasFailure()) return;
  }
  EXPECT_LT(at, kAnswersMost) << "the answers never passed whole";
  EXPECT_GT(at, 20 * kStep) << "they are longer than that";
  EXPECT_EQ(count("SELECT count(*) AS n FROM host_dead_letters"), 0);
}

}  // namespace
}  // namespace trayline::host
