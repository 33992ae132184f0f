// A connection to PostgreSQL that is lost in the middle: within every message of the server's,
// behind a COMMIT, and by a server that says nothing any more.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>

#include "lib/postgres/test_database.hpp"
#include "lib/postgres/test_proxy.hpp"
#include "lib/store/postgres.hpp"

namespace trayline::store {
namespace {

using postgres::Proxy;
using std::chrono::steady_clock;

const Migrations kTables{"t",
                         {{"0001_sums", "CREATE TABLE t_sums (id text PRIMARY KEY, n bigint)"}}};
const Statement kAdd{
    "t.add_sums", "INSERT INTO t_sums (id, n) SELECT id, n FROM @rows(id text, n bigint) AS r", {}};
const Statement kRaise{"t.raise_sums",
                       "UPDATE t_sums SET n = t_sums.n + r.n FROM @rows(id text, n bigint) AS r "
                       "WHERE t_sums.id = r.id RETURNING t_sums.id AS id",
                       {}};
const Statement kSum{"t.sum_sums",
                     "SELECT coalesce(CAST(sum(n) AS bigint), 0) AS n FROM t_sums "
                     "WHERE id LIKE :prefix",
                     {}};

constexpr std::size_t kAnswersMost = 4'000;           // bytes of the answers to one transaction
constexpr std::size_t kStep = 5;                      // no message of the server's is shorter
constexpr std::chrono::milliseconds kSilence{2'000};  // that a client bears here
constexpr std::chrono::seconds kPatience{20};
constexpr std::int64_t kWhole = 14;  // what work() adds up to

class LostTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto url = postgres::fresh_database();
    if (!url && url.error().code == Code::not_found) GTEST_SKIP() << url.error().detail;
    ASSERT_TRUE(url) << url.error().detail;
    auto made = Proxy::start((*postgres::test_server())->port());
    ASSERT_TRUE(made) << made.error().detail;
    proxy = std::move(*made);
    direct = open(*url);
    ASSERT_TRUE(direct->migrate({&kTables}));
    looker = std::move(*direct->reader());
    through = proxy->url(url->substr(url->rfind('/') + 1));
    store = open(through);
  }
  static std::unique_ptr<Store> open(const std::string& url) {
    auto opened = open_postgres({.url = url, .answer_most = kSilence}, nullptr);
    if (!opened) throw std::runtime_error(opened.error().detail);
    return std::move(*opened);
  }
  // Answers that nobody waits for, one that is waited for, and again some that are not.
  static Result<void> work(Session& session, const std::string& name) {
    Rows rows(2);
    rows.add(name + "-a", 1);
    rows.add(name + "-b", 2);
    if (auto r = session.write(kAdd, rows); !r) return r;
    if (auto r = session.change(kRaise, rows); !r) return r;
    const auto sum = session.run(kSum, {{"prefix", name + "-%"}});
    if (!sum) return fail(sum.error());
    EXPECT_EQ(sum->at(0).integer("n"), 6) << "of answers that passed the proxy whole";
    Rows more(2);
    more.add(name + "-a", 4);
    if (auto r = session.change(kRaise, more); !r) return r;
    return session.change(kRaise, more);
  }
  Result<void> try_work(const std::string& name) {
    return store->transaction([&](Session& session) { return work(session, name); });
  }
  // What was lost is made anew, so that a fault meets the next transaction alone.
  void reconnect() {
    const auto done = store->transaction([](Session&) -> Result<void> { return {}; });
    ASSERT_TRUE(done) << done.error().detail;
  }
  std::int64_t sum(const std::string& name) {
    const auto rows = looker->run(kSum, {{"prefix", name + "-%"}});
    return rows ? rows->at(0).integer("n") : -1;
  }
  void expect_lost(const Result<void>& done) {
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Code::unavailable) << done.error().detail;
    EXPECT_NE(done.error().detail.find("was lost"), std::string::npos) << done.error().detail;
  }

  std::unique_ptr<Proxy> proxy;
  std::string through;
  std::unique_ptr<Store> direct;
  std::unique_ptr<Session> looker;
  std::unique_ptr<Store> store;
};

TEST_F(LostTest, WhereverTheAnswersWereCutATransactionIsThereWholeOrNotAtAll) {
  std::size_t at = 0;
  int unknown = 0;
  for (; at < kAnswersMost; at += kStep) {
    SCOPED_TRACE(fmt::format("cut after {} bytes", at));
    ASSERT_NO_FATAL_FAILURE(reconnect());
    const std::string name = fmt::format("n{}", at);
    proxy->arm({.after = at});
    const Result<void> done = try_work(name);
    if (!proxy->struck()) {
      EXPECT_TRUE(done) << done.error().detail;
      break;
    }
    const bool asked = proxy->heard("COMMIT");
    EXPECT_EQ(sum(name), asked ? kWhole : 0);
    unknown += asked && !done;
    // A beginning that was lost is repeated.
    if (!done) {
      ASSERT_NO_FATAL_FAILURE(expect_lost(done));
    }
    ASSERT_FALSE(done && !asked) << "it says that it committed, and did not ask for it";
  }
  EXPECT_LT(at, kAnswersMost) << "the answers never passed whole";
  EXPECT_GT(at, 100U) << "they are longer than that";
  EXPECT_GE(unknown, 3) << "COMMIT's own answer was cut as well";
}

TEST_F(LostTest, AReadIsAnsweredWhereverItsFirstAnswerWasCut) {
  ASSERT_TRUE(try_work("n"));
  std::size_t at = 0;
  for (bool struck = true; struck && at < kAnswersMost; at += kStep) {
    auto reader = store->reader();
    ASSERT_TRUE(reader) << reader.error().detail;
    proxy->arm({.after = at});
    const auto rows = (*reader)->run(kSum, {{"prefix", "n-%"}});
    ASSERT_TRUE(rows) << "cut after " << at << " bytes: " << rows.error().detail;
    EXPECT_EQ(rows->at(0).integer("n"), kWhole);
    struck = proxy->struck();
  }
  EXPECT_LT(at, kAnswersMost);
  EXPECT_GT(at, 30U);
}

TEST_F(LostTest, AServerThatFallsSilentCountsAsLost) {
  struct Case {
    const char* name;
    postgres::Fault fault;
    std::int64_t there;
  };
  const Case cases[] = {
      {"parsed", {.behind = "t.add_sums", .after = 3, .stalls = true}, 0},
      {"raised", {.behind = "t.raise_sums", .after = 20, .stalls = true}, 0},
      {"committed", {.behind = "COMMIT", .stalls = true}, kWhole},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    ASSERT_NO_FATAL_FAILURE(reconnect());
    proxy->arm(c.fault);
    const auto begun = steady_clock::now();
    const Result<void> done = try_work(c.name);
    const auto took = steady_clock::now() - begun;
    EXPECT_TRUE(proxy->struck());
    ASSERT_NO_FATAL_FAILURE(expect_lost(done));
    EXPECT_NE(done.error().detail.find("no answer in time"), std::string::npos)
        << done.error().detail;
    EXPECT_GE(took, kSilence);
    EXPECT_LT(took, kPatience);
    EXPECT_EQ(sum(c.name), c.there);
  }
  EXPECT_TRUE(try_work("later"));
  EXPECT_EQ(sum("later"), kWhole);
}

// The kernel's own limit for what is not acknowledged (tcp_user_timeout) ends a send.
TEST_F(LostTest, AServerThatReadsNothingAnyMoreCountsAsLost) {
  store = open(through + "?tcp_user_timeout=1000");
  const auto begun = steady_clock::now();
  const Result<void> done = store->transaction([&](Session& session) -> Result<void> {
    Rows rows(2);
    rows.add("n-a", 1);
    if (auto r = session.run(kAdd, rows); !r) return fail(r.error());
    proxy->arm({.stalls = true});
    if (auto r = session.write(kRaise, rows); !r) return r;
    Rows large(2);
    large.add(std::string(32U << 20U, 'x'), 1);
    return session.write(kRaise, large);
  });
  ASSERT_NO_FATAL_FAILURE(expect_lost(done));
  EXPECT_TRUE(proxy->struck());
  EXPECT_LT(steady_clock::now() - begun, kPatience);
  EXPECT_EQ(sum("n"), 0);
}

}  // namespace
}  // namespace trayline::store
