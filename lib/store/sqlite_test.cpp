// The store on SQLite, on real files: transactions, readers, the lock, crashes, bad files.
#include "lib/store/sqlite.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "lib/base/check.hpp"

namespace trayline::store {
namespace {

const Migrations kTables{"t",
                         {{"0001_lines",
                           "CREATE TABLE t_lines (id TEXT PRIMARY KEY, n BIGINT, note TEXT);"
                           "CREATE TABLE t_marks (line TEXT NOT NULL REFERENCES t_lines (id));"}}};
const Statement kAdd{"t.add_lines",
                     "INSERT INTO t_lines (id, n, note) "
                     "SELECT id, n, note FROM @rows(id text, n bigint, note text) AS r",
                     {}};
const Statement kAddOne{
    "t.add_line", "INSERT INTO t_lines (id, n) VALUES (:id, :n) RETURNING n", {}};
const Statement kMark{"t.add_mark", "INSERT INTO t_marks (line) VALUES (:line)", {}};
const Statement kCount{"t.count_lines", "SELECT count(*) AS n, sum(n) AS total FROM t_lines", {}};
const Statement kList{"t.list_lines", "SELECT id, n, note FROM t_lines ORDER BY id", {}};
const Statement kFind{"t.find_lines",
                      "SELECT t.id, t.n FROM @rows(id text) AS r JOIN t_lines AS t ON t.id = r.id "
                      "ORDER BY t.id",
                      {}};

class SqliteTest : public testing::Test {
 protected:
  SqliteTest() {
    std::string folder = testing::TempDir() + "trayline-store-test-XXXXXX";
    folder_ = ::mkdtemp(folder.data());
    path_ = (folder_ / "store.db").string();
  }
  ~SqliteTest() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<Store> open(const std::string& path, Metrics* metrics = nullptr) {
    auto store = open_sqlite({.path = path}, metrics);
    if (!store) throw std::runtime_error(store.error().detail);
    const auto migrated = (*store)->migrate({&kTables});
    if (!migrated) throw std::runtime_error(migrated.error().detail);
    return std::move(*store);
  }
  static Result<void> add(Store& store, const std::string& id, std::int64_t n) {
    return store.transaction([&](Session& session) -> Result<void> {
      const auto done = session.run(kAddOne, {{"id", id}, {"n", n}});
      if (!done) return fail(done.error());
      return {};
    });
  }
  static std::int64_t count(Store& store) {
    auto reader = store.reader();
    return (*reader)->run(kCount)->at(0).integer("n");
  }

  std::filesystem::path folder_;
  std::string path_;
};

// Runs the task in a child process and returns its exit status; 128 + n where signal n ended it.
int in_child(const std::function<int()>& task) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(task());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

TEST_F(SqliteTest, AReaderOfAnotherProcessSeesWhatTheOwnerCommits) {
  const auto store = open(path_);
  ASSERT_TRUE(add(*store, "a", 1));
  const auto reader = open_sqlite_reader(path_);
  ASSERT_TRUE(reader) << reader.error().detail;
  ASSERT_TRUE(add(*store, "b", 2)) << "a reader must not hinder the owner";
  const auto seen = (*reader)->run(kCount);
  ASSERT_TRUE(seen) << seen.error().detail;
  EXPECT_EQ(seen->front().integer("n"), 2);
}

TEST_F(SqliteTest, AReaderOpensAStoreWhoseOwnerHasGone) {
  { ASSERT_TRUE(add(*open(path_), "a", 1)); }
  const auto reader = open_sqlite_reader(path_);
  ASSERT_TRUE(reader) << reader.error().detail;
  const auto seen = (*reader)->run(kCount);
  ASSERT_TRUE(seen) << seen.error().detail;
  EXPECT_EQ(seen->front().integer("n"), 1);
}

TEST_F(SqliteTest, AReaderMakesNothing) {
  const auto reader = open_sqlite_reader(path_);
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code, Code::not_found);
  EXPECT_FALSE(std::filesystem::exists(path_));
  EXPECT_FALSE(std::filesystem::exists(path_ + ".lock"));
}

TEST_F(SqliteTest, KeepsEveryKindOfValueExactly) {
  for (const std::string& path : {path_, std::string(":memory:")}) {
    const auto store = open(path);
    const auto wrote = store->transaction([](Session& session) -> Result<void> {
      Rows rows(3);
      rows.add("a", INT64_MAX, "quote \" back \\ line\n tab\t \x01 caf\xC3\xA9 \xF0\x9F\x8D\x9C");
      rows.add("b", INT64_MIN, "");
      rows.add("c", (std::int64_t{1} << 53) + 1, Value());
      rows.add("d", Value(), "123");
      rows.add("e", 0, "null");
      const auto done = session.run(kAdd, rows);
      if (!done) return fail(done.error());
      return {};
    });
    ASSERT_TRUE(wrote) << wrote.error().detail;
    auto reader = store->reader();
    ASSERT_TRUE(reader) << reader.error().detail;
    const auto lines = (*reader)->run(kList);
    ASSERT_TRUE(lines);
    ASSERT_EQ(lines->size(), 5U);
    EXPECT_EQ(lines->at(0).integer("n"), INT64_MAX);
    EXPECT_EQ(lines->at(0).text("note"),
              "quote \" back \\ line\n tab\t \x01 caf\xC3\xA9 \xF0\x9F\x8D\x9C");
    EXPECT_EQ(lines->at(1).integer("n"), INT64_MIN);
    EXPECT_FALSE(lines->at(1).is_null("note"));
    EXPECT_EQ(lines->at(2).integer("n"), 9007199254740993);
    EXPECT_TRUE(lines->at(2).is_null("note"));
    EXPECT_TRUE(lines->at(3).is_null("n"));
    EXPECT_EQ(lines->at(3).text("note"), "123");
    EXPECT_EQ(lines->at(4).text("note"), "null");
  }
}

TEST_F(SqliteTest, TakesSetsOfAnySize) {
  const auto store = open(path_);
  for (const int size : {0, 1, 10'000}) {
    const std::int64_t before = count(*store);
    const auto done = store->transaction([&](Session& session) -> Result<void> {
      Rows rows(3);
      for (int i = 0; i < size; ++i) rows.add(fmt::format("{}-{:05}", size, i), i, Value());
      const auto ran = session.run(kAdd, rows);
      if (!ran) return fail(ran.error());
      return {};
    });
    ASSERT_TRUE(done) << done.error().detail;
    EXPECT_EQ(count(*store) - before, size);
  }
  auto reader = store->reader();
  Rows wanted(1);
  wanted.add("10000-00007");
  wanted.add("absent");
  wanted.add("1-00000");
  const auto found = (*reader)->run(kFind, wanted);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ(found->at(1).integer("n"), 7);
}

TEST_F(SqliteTest, AnswersConflictWhereAConstraintSaysNoAndKeepsNothing) {
  const auto store = open(path_);
  ASSERT_TRUE(add(*store, "a", 1));
  const auto twice = store->transaction([](Session& session) -> Result<void> {
    if (auto first = session.run(kAddOne, {{"id", "b"}, {"n", std::int64_t{2}}}); !first)
      return fail(first.error());
    const auto second = session.run(kAddOne, {{"id", "a"}, {"n", std::int64_t{3}}});
    EXPECT_EQ(second.error().code, Code::conflict);
    EXPECT_EQ(second.error().detail, "t.add_line: UNIQUE constraint failed: t_lines.id");
    const auto third = session.run(kCount);
    EXPECT_EQ(third.error(), second.error()) << "a transaction that met an error is lost";
    return {};
  });
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, Code::conflict);
  EXPECT_EQ(count(*store), 1);
  const auto orphan = store->transaction([](Session& session) -> Result<void> {
    const auto done = session.run(kMark, {{"line", "nobody"}});
    if (!done) return fail(done.error());
    return {};
  });
  EXPECT_EQ(orphan.error().code, Code::conflict) << "foreign keys are on";
}

TEST_F(SqliteTest, RollsBackOnErrorAndOnException) {
  const auto store = open(path_);
  const auto refused = store->transaction([](Session& session) -> Result<void> {
    (void)session.run(kAddOne, {{"id", "a"}, {"n", std::int64_t{1}}});
    return fail(Code::not_found, "changed my mind");
  });
  EXPECT_EQ(refused.error().detail, "changed my mind");
  EXPECT_THROW((void)store->transaction([](Session& session) -> Result<void> {
    (void)session.run(kAddOne, {{"id", "b"}, {"n", std::int64_t{1}}});
    throw std::runtime_error("bang");
  }),
               std::runtime_error);
  EXPECT_EQ(count(*store), 0);
  EXPECT_TRUE(add(*store, "c", 1)) << "the next transaction works";
}

TEST_F(SqliteTest, ReadersSeeOnlyWhatIsCommitted) {
  for (const std::string& path : {path_, std::string(":memory:")}) {
    const auto store = open(path);
    auto reader = store->reader();
    ASSERT_TRUE(reader);
    ASSERT_TRUE(store->transaction([&](Session& session) -> Result<void> {
      const auto added = session.run(kAddOne, {{"id", "a"}, {"n", std::int64_t{5}}});
      EXPECT_EQ(added->at(0).integer("n"), 5) << "RETURNING answers";
      EXPECT_EQ(session.run(kCount)->at(0).integer("n"), 1);
      EXPECT_EQ((*reader)->run(kCount)->at(0).integer("n"), 0);
      return {};
    }));
    EXPECT_EQ((*reader)->run(kCount)->at(0).integer("n"), 1);
    const ChecksThrow throwing;
    EXPECT_THROW((void)(*reader)->run(kMark, {{"line", "a"}}), Broken) << "a reader cannot write";
  }
}

TEST_F(SqliteTest, AReaderMayOutliveTheStore) {
  auto store = open(":memory:");
  ASSERT_TRUE(add(*store, "a", 1));
  auto reader = store->reader();
  store.reset();
  EXPECT_EQ((*reader)->run(kCount)->at(0).integer("n"), 1);
}

TEST_F(SqliteTest, TwoStoresInMemoryAreTwo) {
  const auto one = open(":memory:");
  const auto two = open(":memory:");
  ASSERT_TRUE(add(*one, "a", 1));
  EXPECT_EQ(count(*one), 1);
  EXPECT_EQ(count(*two), 0);
}

TEST_F(SqliteTest, ASecondOwnerIsRefusedByName) {
  auto store = open(path_);
  const std::string expected =
      fmt::format("process {} holds {}.lock; stop it first", ::getpid(), path_);
  const auto second = open_sqlite({.path = path_}, nullptr);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error(), (Error{Code::conflict, expected}));
  EXPECT_EQ(in_child([&] {
              const auto other = open_sqlite({.path = path_}, nullptr);
              return !other && other.error().detail == expected ? 7 : 1;
            }),
            7);
  store.reset();
  EXPECT_TRUE(open_sqlite({.path = path_}, nullptr)) << "the lock goes with its owner";
}

TEST_F(SqliteTest, KeepsWhatIsCommittedWhenItsProcessIsKilled) {
  EXPECT_EQ(in_child([&]() -> int {
              const auto store = open(path_);
              for (int i = 0; i < 20; ++i)
                if (!add(*store, fmt::format("line-{}", i), i)) return 1;
              (void)store->transaction([](Session& session) -> Result<void> {
                (void)session.run(kAddOne, {{"id", "half"}, {"n", std::int64_t{1000}}});
                ::kill(::getpid(), SIGKILL);
                return {};
              });
              return 2;
            }),
            128 + SIGKILL);
  const auto store = open(path_);
  auto reader = store->reader();
  const auto row = (*reader)->run(kCount);
  EXPECT_EQ(row->at(0).integer("n"), 20);
  EXPECT_EQ(row->at(0).integer("total"), 190);
}

TEST_F(SqliteTest, SaysWhatToDoAboutAFileThatIsNoSoundDatabase) {
  std::ofstream(path_) << std::string(8192, 'x');
  const auto garbage = open_sqlite({.path = path_}, nullptr);
  ASSERT_FALSE(garbage);
  EXPECT_EQ(garbage.error().code, Code::unavailable);
  EXPECT_EQ(garbage.error().detail,
            path_ +
                " is damaged or no database of ours (opening: file is not a database): move it "
                "away and restore a backup");
  std::filesystem::remove(path_);
  {
    const auto store = open(path_);
    for (int i = 0; i < 500; ++i) ASSERT_TRUE(add(*store, fmt::format("line-{:04}", i), i));
  }
  {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096 * 2);
    file << std::string(4096, '\x7f');
  }
  const auto damaged = open_sqlite({.path = path_}, nullptr);
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().code, Code::unavailable);
  EXPECT_NE(damaged.error().detail.find("is damaged"), std::string::npos) << damaged.error().detail;
}

TEST_F(SqliteTest, NamesThePathThatItCannotOpen) {
  const auto nowhere = open_sqlite({.path = (folder_ / "no" / "store.db").string()}, nullptr);
  EXPECT_EQ(nowhere.error().code, Code::unavailable);
  EXPECT_EQ(
      nowhere.error().detail,
      fmt::format("cannot open {}/no/store.db.lock: No such file or directory", folder_.string()));
  EXPECT_EQ(open_sqlite({.path = ""}, nullptr).error().code, Code::invalid_argument);
}

TEST_F(SqliteTest, OnlyItsUserMayReadTheFile) {
  const auto store = open(path_);
  ASSERT_TRUE(add(*store, "a", 1));
  for (const char* suffix : {"", "-wal", ".lock"}) {
    struct stat info {};
    ASSERT_EQ(::stat((path_ + suffix).c_str(), &info), 0) << suffix;
    EXPECT_EQ(info.st_mode & 0777, 0600U) << suffix;
  }
}

TEST_F(SqliteTest, AnswersUnavailableWhileTheDiskIsFullAndGoesOnAfterwards) {
  EXPECT_EQ(in_child([&]() -> int {
              const auto store = open(path_);
              if (!add(*store, "before", 1)) return 1;
              std::signal(SIGXFSZ, SIG_IGN);
              const rlimit none{256 * 1024, RLIM_INFINITY};
              ::setrlimit(RLIMIT_FSIZE, &none);
              const std::string big(512 * 1024, 'x');
              const auto full = add(*store, big, 1);
              if (full || full.error().code != Code::unavailable) return 2;
              const rlimit all{RLIM_INFINITY, RLIM_INFINITY};
              ::setrlimit(RLIMIT_FSIZE, &all);
              if (!add(*store, "after", 1)) return 3;
              return count(*store) == 2 ? 0 : 4;
            }),
            0);
}

TEST_F(SqliteTest, AWrongStatementIsABug) {
  const auto store = open(":memory:");
  auto reader = store->reader();
  struct Case {
    Statement statement;
    Args args;
    std::string_view says;
  };
  const Case cases[] = {
      {{"t.typo", "SELEC 1", {}}, {}, "t.typo: near \"SELEC\": syntax error"},
      {{"t.table", "SELECT a FROM t_none", {}}, {}, "t.table: no such table: t_none"},
      {{"t.none", "-- nothing", {}}, {}, "statement t.none is empty"},
      {{"t.two", "SELECT 1; SELECT 2", {}}, {}, "statement t.two holds more than one statement"},
      {{"t.mark", "SELECT ?", {}}, {}, "statement t.mark has a parameter without a name"},
      {{"t.arg", "SELECT :a AS a", {}}, {}, "statement t.arg was not given :a"},
      {{"t.extra", "SELECT 1 AS a", {}},
       {{"b", Value()}},
       "statement t.extra was given an argument that it does not name"},
      {{"t.real", "SELECT 1.5 AS a", {}}, {}, "t.real answers a real or a blob in column a"},
      {{"t.same", "SELECT 1 AS a, 2 AS a", {}}, {}, "statement t.same answers two columns a"},
      {{"t.rows", "SELECT a FROM @rows(a text) AS r", {}},
       {},
       "statement t.rows takes 1 columns of rows and was given 0"},
      {{"t.form", "SELECT a FROM @rows(a int) AS r", {}},
       {},
       "statement t.form: column a of @rows needs the type text or bigint"},
  };
  const ChecksThrow throwing;
  for (const Case& c : cases) {
    try {
      (void)(*reader)->run(c.statement, c.args);
      ADD_FAILURE() << c.statement.name << " was accepted";
    } catch (const Broken& broken) {
      EXPECT_NE(std::string_view(broken.what()).find(c.says), std::string_view::npos)
          << broken.what();
    }
  }
}

TEST_F(SqliteTest, ABrokenCheckRollsBackAndTheStoreGoesOn) {
  const auto store = open(path_);
  const ChecksThrow throwing;
  EXPECT_THROW((void)store->transaction([](Session& session) -> Result<void> {
    (void)session.run(kAddOne, {{"id", "a"}, {"n", std::int64_t{1}}});
    (void)session.run({"t.typo", "SELEC 1", {}});
    return {};
  }),
               Broken);
  EXPECT_EQ(count(*store), 0);
  EXPECT_TRUE(add(*store, "b", 1));
}

TEST_F(SqliteTest, RefusesATextThatNoEngineKeeps) {
  const auto store = open(path_);
  const auto nul = add(*store, std::string("a\0b", 3), 1);
  EXPECT_EQ(nul.error(),
            (Error{Code::invalid_argument,
                   "statement t.add_line: the text for :id is not UTF-8 or holds a NUL"}));
}

TEST_F(SqliteTest, CountsStatementsAndCommits) {
  Metrics metrics;
  const auto store = open(path_, &metrics);
  const std::uint64_t statements = store->statements();
  const std::uint64_t commits = store->commits();
  ASSERT_TRUE(store->transaction([](Session& session) -> Result<void> {
    (void)session.run(kAddOne, {{"id", "a"}, {"n", std::int64_t{1}}});
    (void)session.run(kCount);
    return {};
  }));
  EXPECT_EQ(count(*store), 1);
  EXPECT_EQ(store->statements() - statements, 2U) << "of the writer only";
  EXPECT_EQ(store->commits() - commits, 1U);
  const std::string text = metrics.text();
  for (const char* line : {"trayline_store_statements_total{name=\"t.count_lines\"} 2",
                           "trayline_store_statements_total{name=\"t.add_line\"} 1"})
    EXPECT_NE(text.find(line), std::string::npos) << text;
  const auto seen = store->statements_seen();
  EXPECT_NE(std::find(seen.begin(), seen.end(), "t.add_line"), seen.end());
  EXPECT_EQ(std::find(seen.begin(), seen.end(), "t.never"), seen.end());
}

TEST_F(SqliteTest, AppliesEachMigrationOnceInOrder) {
  const Migrations first{"m", {{"0001_a", "CREATE TABLE m_a (x TEXT)"}}};
  const Migrations second{
      "m",
      {{"0002_b", "INSERT INTO m_a (x) VALUES ('once')"}, {"0001_a", "CREATE TABLE m_a (x TEXT)"}}};
  const Statement rows{"m.count", "SELECT count(*) AS n FROM m_a", {}};
  {
    const auto store = open(path_);
    ASSERT_TRUE(store->migrate({&first}));
    ASSERT_TRUE(store->migrate({&second}));
    ASSERT_TRUE(store->migrate({&second}));
  }
  const auto store = open(path_);
  ASSERT_TRUE(store->migrate({&second}));
  EXPECT_EQ((*store->reader())->run(rows)->at(0).integer("n"), 1);
  const auto older = store->migrate({&first});
  EXPECT_EQ(older.error(),
            (Error{Code::conflict,
                   path_ + " has step 0002_b of m, which this program does not know: a newer "
                           "version wrote it; run that one"}));
  const Migrations gap{"m", {{"0001_a", ""}, {"0001_b", ""}, {"0002_b", ""}}};
  EXPECT_EQ(store->migrate({&gap}).error(),
            (Error{Code::conflict,
                   path_ + " has step 0002_b of m but not 0001_b, which comes before it"}));
}

TEST_F(SqliteTest, AMigrationHappensWholeOrNotAtAll) {
  const auto store = open(path_);
  ASSERT_TRUE(add(*store, "a", 1));
  const Migrations unfit{"m",
                         {{"0001_copy",
                           "CREATE TABLE m_copy (id TEXT PRIMARY KEY); INSERT INTO m_copy SELECT "
                           "'same' FROM t_lines; INSERT INTO m_copy SELECT 'same' FROM t_lines;"}}};
  EXPECT_EQ(store->migrate({&unfit}).error(),
            (Error{Code::conflict, "migration m/0001_copy: UNIQUE constraint failed: m_copy.id"}));
  const Migrations mended{"m", {{"0001_copy", "CREATE TABLE m_copy (id TEXT)"}}};
  EXPECT_TRUE(store->migrate({&mended}));
  const ChecksThrow throwing;
  const Migrations wrong{"w", {{"0001_x", "CREATE TABEL w_x (id TEXT)"}}};
  EXPECT_THROW((void)store->migrate({&wrong}), Broken);
  const Migrations ends{"e", {{"0001_x", "CREATE TABLE e_x (id TEXT); COMMIT;"}}};
  EXPECT_THROW((void)store->migrate({&ends}), Broken);
}

}  // namespace
}  // namespace trayline::store
