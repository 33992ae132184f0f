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

TEST_F(SqliteTest, IsCopiedWhileItsOwnerWrites) {
  const auto store = open(path_);
  ASSERT_TRUE(add(*store, "a", 1));
  const std::string copy = (folder_ / "it's a copy.db").string();
  const auto copied = copy_sqlite(path_, copy);
  ASSERT_TRUE(copied) << copied.error().detail;
  ASSERT_TRUE(add(*store, "b", 2));
  EXPECT_EQ(count(*store), 2);
  EXPECT_EQ(copy_sqlite(path_, copy).error().code, Code::conflict) << "nothing is overwritten";
  EXPECT_EQ(copy_sqlite(copy + ".no", copy + ".x").error().code, Code::not_found);
  EXPECT_FALSE(std::filesystem::exists(copy + ".part"));
  const auto opened = open(copy);
  EXPECT_EQ(count(*opened), 1) << "the state at the time of the copy";
}

TEST_F(SqliteTest, AReaderMakesNothing) {
  const auto reader = open_sqlite_reader(path_);
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code, Code::not_found);
  EXPECT_FALSE(std::filesystem::exists(path_));
  EXPECT_FALSE(std::filesystem::exists(path_ + ".lock"));
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

}  // namespace
}  // namespace trayline::store
