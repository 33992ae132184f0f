// The store on PostgreSQL: several writers, lost connections, servers that refuse.
#include "lib/store/postgres.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <set>
#include <thread>

#include "lib/base/check.hpp"
#include "lib/postgres/test_database.hpp"
#include "lib/store/signals.hpp"

namespace trayline::store {
namespace {

const Migrations kTables{"t",
                         {{"0001_sums", "CREATE TABLE t_sums (id text PRIMARY KEY, n bigint)"}}};
const Statement kAdd{
    "t.add_sums", "INSERT INTO t_sums (id, n) SELECT id, n FROM @rows(id text, n bigint) AS r", {}};
const Statement kRaise{"t.raise_sum", "UPDATE t_sums SET n = n + 1 WHERE id = :id", {}};
const Statement kCount{
    "t.count_sums", "SELECT count(*) AS n, CAST(sum(n) AS bigint) AS total FROM t_sums", {}};
const Statement kBackend{"t.backend", "SELECT CAST(pg_backend_pid() AS bigint) AS pid", {}};
const Statement kEnd{"t.end_others",
                     "SELECT count(*) AS n FROM (SELECT pg_terminate_backend(pid) AS ended "
                     "FROM pg_stat_activity WHERE datname = current_database() "
                     "AND pid <> pg_backend_pid()) AS e",
                     {}};

class PostgresTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto url = postgres::fresh_database();
    if (!url && url.error().code == Code::not_found) GTEST_SKIP() << url.error().detail;
    ASSERT_TRUE(url) << url.error().detail;
    url_ = *url;
    one_ = open();
    ASSERT_TRUE(one_->migrate({&kTables}));
  }
  std::unique_ptr<Store> open() const {
    auto store = open_postgres({.url = url_}, nullptr);
    if (!store) throw std::runtime_error(store.error().detail);
    return std::move(*store);
  }
  static Result<void> add(Store& store, const std::string& id) {
    return store.transaction([&](Session& session) -> Result<void> {
      Rows rows(2);
      rows.add(id, 0);
      const auto done = session.run(kAdd, rows);
      return done ? Result<void>() : fail(done.error());
    });
  }
  std::int64_t count() const {
    const auto store = open();
    auto reader = store->reader();
    return (*reader)->run(kCount)->at(0).integer("n");
  }
  // Ends every other connection to the database, as a restarted server does.
  void end_connections() const {
    const auto other = open();
    const auto done = other->transaction([](Session& session) -> Result<void> {
      const auto ended = session.run(kEnd);
      return ended ? Result<void>() : fail(ended.error());
    });
    ASSERT_TRUE(done) << done.error().detail;
  }

  std::string url_;
  std::unique_ptr<Store> one_;
};

TEST_F(PostgresTest, TwoWritersOfTheSameKeyOneGetsAConflict) {
  const auto two = open();
  Result<void> second;
  std::thread other;
  ASSERT_TRUE(one_->transaction([&](Session& session) -> Result<void> {
    Rows rows(2);
    rows.add("same", 1);
    if (auto done = session.run(kAdd, rows); !done) return fail(done.error());
    other = std::thread([&] { second = add(*two, "same"); });  // waits for this transaction
    return {};
  }));
  other.join();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::conflict) << second.error().detail;
  EXPECT_EQ(count(), 1);
}

TEST_F(PostgresTest, ADeadlockEndsAsAConflictOfOneOfTheTwo) {
  const auto two = open();
  ASSERT_TRUE(add(*one_, "a"));
  ASSERT_TRUE(add(*one_, "b"));
  const auto raise = [](Session& session, const char* id) -> Result<void> {
    const auto done = session.run(kRaise, {{"id", id}});
    return done ? Result<void>() : fail(done.error());
  };
  std::atomic<int> holding{0};
  const auto both = [&](Store& store, const char* first, const char* then) {
    return store.transaction([&](Session& session) -> Result<void> {
      if (auto done = raise(session, first); !done) return done;
      ++holding;
      while (holding < 2) std::this_thread::yield();
      return raise(session, then);
    });
  };
  Result<void> second;
  std::thread other([&] { second = both(*two, "b", "a"); });
  const Result<void> first = both(*one_, "a", "b");
  other.join();
  EXPECT_NE(first.has_value(), second.has_value());
  EXPECT_EQ((first ? second : first).error().code, Code::conflict);
}

TEST_F(PostgresTest, AConnectionThatWasLostBetweenTransactionsIsNotNoticed) {
  auto reader = one_->reader();
  ASSERT_TRUE(add(*one_, "a"));
  EXPECT_EQ(one_->connections(), 1U);
  end_connections();
  EXPECT_TRUE(add(*one_, "b"));
  EXPECT_EQ(one_->connections(), 2U) << "its locks and LISTENs are to be made anew";
  const auto rows = (*reader)->run(kCount);
  ASSERT_TRUE(rows) << rows.error().detail;
  EXPECT_EQ(rows->at(0).integer("n"), 2);
}

TEST_F(PostgresTest, AConnectionLostWithinATransactionIsUnavailableAndTheNextOneWorks) {
  const auto lost = one_->transaction([&](Session& session) -> Result<void> {
    Rows rows(2);
    rows.add("a", 1);
    if (auto done = session.run(kAdd, rows); !done) return fail(done.error());
    end_connections();
    return {};
  });
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, Code::unavailable) << lost.error().detail;
  EXPECT_EQ(count(), 0);
  EXPECT_TRUE(add(*one_, "b"));
}

TEST_F(PostgresTest, AConnectionLostBehindWritesThatNobodyWaitedForIsUnavailable) {
  for (const bool more : {false, true}) {
    const auto lost = one_->transaction([&](Session& session) -> Result<void> {
      Rows rows(2);
      rows.add("a", 1);
      if (auto r = session.write(kAdd, rows); !r) return r;
      end_connections();
      rows = Rows(2);
      rows.add("b", 1);
      return more ? session.write(kAdd, rows) : Result<void>();
    });
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().code, Code::unavailable) << lost.error().detail;
    EXPECT_EQ(count(), 0);
  }
  EXPECT_TRUE(add(*one_, "c"));
}

// Only a transaction that is idle for the server ends after a time, and with it its locks.
TEST_F(PostgresTest, AHostThatHangsBehindAWriteIsIdleForTheServer) {
  const Statement idle{"t.count_idle",
                       "SELECT count(*) AS n FROM pg_stat_activity "
                       "WHERE datname = current_database() AND state = 'idle in transaction'",
                       {}};
  const auto other = open();
  const auto reader = other->reader();
  std::int64_t seen = 0;
  const auto done = one_->transaction([&](Session& session) -> Result<void> {
    Rows rows(2);
    rows.add("a", 1);
    if (auto r = session.write(kAdd, rows); !r) return r;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (seen == 0 && std::chrono::steady_clock::now() < end) {
      const auto counted = (*reader)->run(idle);
      if (!counted) return fail(counted.error());
      seen = counted->at(0).integer("n");
    }
    return {};
  });
  ASSERT_TRUE(done) << done.error().detail;
  EXPECT_EQ(seen, 1);
}

TEST_F(PostgresTest, HostsThatStartAtOnceMigrateOnce) {
  const Migrations slow{"m",
                        {{"0001_m", "SELECT pg_sleep(0.2); CREATE TABLE m_one (x text)"},
                         {"0002_m", "INSERT INTO m_one VALUES ('once')"}}};
  std::vector<std::unique_ptr<Store>> stores;
  for (int i = 0; i < 3; ++i) stores.push_back(open());
  std::vector<Result<void>> done(3);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < 3; ++i)
    threads.emplace_back([&, i] { done[i] = stores[i]->migrate({&slow}); });
  for (std::thread& thread : threads) thread.join();
  for (const auto& result : done) EXPECT_TRUE(result) << result.error().detail;
  auto reader = one_->reader();
  EXPECT_EQ((*reader)->run({"m.count", "SELECT count(*) AS n FROM m_one", {}})->at(0).integer("n"),
            1);
}

TEST_F(PostgresTest, BoundsItsReaders) {
  auto bounded = open_postgres({.url = url_, .readers_max = 2}, nullptr);
  ASSERT_TRUE(bounded);
  auto first = (*bounded)->reader();
  auto second = (*bounded)->reader();
  ASSERT_TRUE(first && second);
  EXPECT_EQ((*bounded)->reader().error().code, Code::exhausted);
  first = fail(Code::unavailable, "closed");
  EXPECT_TRUE((*bounded)->reader()) << "a closed one makes room";
}

TEST_F(PostgresTest, CommitsAreDurable) {
  const Statement setting{"t.setting", "SELECT current_setting('synchronous_commit') AS value", {}};
  ASSERT_TRUE(one_->transaction([&](Session& session) -> Result<void> {
    const auto row = session.run(setting);
    EXPECT_EQ(row->at(0).text("value"), "on");
    return {};
  }));
}

TEST_F(PostgresTest, SaysWhatToDoWhereItCannotConnect) {
  const std::string nowhere = "postgresql://trayline@127.0.0.1:1/shop";
  const auto refused = open_postgres({.url = nowhere}, nullptr);
  EXPECT_EQ(refused.error().code, Code::unavailable);
  EXPECT_NE(refused.error().detail.find("see that the server runs and listens there"),
            std::string::npos)
      << refused.error().detail;
  const auto server = postgres::test_server();
  const auto missing = open_postgres({.url = (*server)->url("no_such_shop")}, nullptr);
  EXPECT_EQ(missing.error().code, Code::unavailable);
  EXPECT_NE(missing.error().detail.find("createdb"), std::string::npos) << missing.error().detail;
  const auto secret = open_postgres({.url = "postgresql://u:hidden@127.0.0.1:1/shop"}, nullptr);
  EXPECT_EQ(secret.error().code, Code::invalid_argument);
  EXPECT_EQ(secret.error().detail.find("hidden"), std::string::npos) << secret.error().detail;
  EXPECT_EQ(open_postgres({.url = "nonsense://"}, nullptr).error().code, Code::invalid_argument);
  EXPECT_EQ(open_postgres({.url = url_, .password_file = "/nowhere"}, nullptr).error().detail,
            "cannot read the password of PostgreSQL from /nowhere");
}

TEST_F(PostgresTest, WordsReachOtherHostsAlsoAfterALostConnection) {
  std::mutex mutex;
  std::set<std::string> heard_by_one, heard_by_two;
  const auto into = [&](std::set<std::string>& where) {
    return [&](const std::vector<std::string>& words) {
      const std::lock_guard lock(mutex);
      where.insert(words.begin(), words.end());
    };
  };
  const auto one = open_signals({.url = url_}, into(heard_by_one));
  const auto two = open_signals({.url = url_}, into(heard_by_two));
  std::vector<std::string> many;  // more than one notification holds
  for (int i = 0; i < 1'000; ++i) many.push_back(fmt::format("order:{:040}", i));
  const auto arrive = [&](const std::string& word) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (std::chrono::steady_clock::now() < end) {
      one->send({word});  // again, as long as the other does not listen yet
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      const std::lock_guard lock(mutex);
      if (heard_by_two.contains(word)) return true;
    }
    return false;
  };
  EXPECT_TRUE(arrive("hello"));
  one->send(many);
  EXPECT_TRUE(arrive("after many"));
  end_connections();
  EXPECT_TRUE(arrive("again"));
  const std::lock_guard lock(mutex);
  EXPECT_EQ(heard_by_two.size(), 1'003U);
  EXPECT_TRUE(heard_by_one.empty()) << "nobody hears himself";
}

TEST(Password, ComesFromAFileAndAWrongOneIsNamed) {
  const auto server = postgres::Server::start({.password = "a secret of tests"});
  if (!server && server.error().code == Code::not_found) GTEST_SKIP() << server.error().detail;
  ASSERT_TRUE(server) << server.error().detail;
  ASSERT_TRUE((*server)->create_database("shop"));
  std::string folder = testing::TempDir() + "trayline-password-XXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  const std::string file = folder + "/password";
  const auto try_with = [&](const std::string& text) {
    std::ofstream(file) << text << "\n";
    return open_postgres({.url = (*server)->url("shop"), .password_file = file}, nullptr);
  };
  EXPECT_TRUE(try_with("a secret of tests"));
  const auto wrong = try_with("another one");
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().detail.find("see the user and the file of its password"),
            std::string::npos)
      << wrong.error().detail;
  EXPECT_EQ(wrong.error().detail.find("another one"), std::string::npos);
  std::filesystem::remove_all(folder);
}

// The server dies and comes back: nothing committed is lost, and the store goes on by itself.
TEST(Server, ThatIsKilledAndComesBackLosesNothing) {
  auto server = postgres::Server::start({.durable = true});
  if (!server && server.error().code == Code::not_found) GTEST_SKIP() << server.error().detail;
  ASSERT_TRUE(server) << server.error().detail;
  ASSERT_TRUE((*server)->create_database("shop"));
  auto store = open_postgres({.url = (*server)->url("shop")}, nullptr);
  ASSERT_TRUE(store) << store.error().detail;
  ASSERT_TRUE((*store)->migrate({&kTables}));
  const auto add = [&](int i) {
    return (*store)->transaction([&](Session& session) -> Result<void> {
      Rows rows(2);
      rows.add(fmt::format("s-{}", i), i);
      const auto done = session.run(kAdd, rows);
      return done ? Result<void>() : fail(done.error());
    });
  };
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(add(i));
  (*server)->kill();
  const auto away = add(20);
  ASSERT_FALSE(away);
  EXPECT_EQ(away.error().code, Code::unavailable) << away.error().detail;
  ASSERT_TRUE((*server)->start_again());
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!add(21) && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  auto reader = (*store)->reader();
  const auto row = (*reader)->run(kCount);
  ASSERT_TRUE(row) << row.error().detail;
  EXPECT_EQ(row->at(0).integer("n"), 21);
}

}  // namespace
}  // namespace trayline::store
