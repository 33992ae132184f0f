// What the store promises on every engine: values, sets, transactions, readers, migrations.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "lib/base/check.hpp"
#include "lib/postgres/test_store.hpp"
#include "lib/store/applied.hpp"
#include "lib/store/wrong.hpp"

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
const Statement kCount{
    "t.count_lines", "SELECT count(*) AS n, CAST(sum(n) AS bigint) AS total FROM t_lines", {}};
const Statement kList{"t.list_lines", "SELECT id, n, note FROM t_lines ORDER BY id", {}};
const Statement kFind{"t.find_lines",
                      "SELECT t.id, t.n FROM @rows(id text) AS r JOIN t_lines AS t ON t.id = r.id "
                      "ORDER BY t.id",
                      {}};

class EngineTest : public testing::TestWithParam<Engine> {
 protected:
  void SetUp() override {
    auto opened = postgres::open_fresh(GetParam(), &metrics_);
    if (!opened && opened.error().code == Code::not_found) GTEST_SKIP() << opened.error().detail;
    ASSERT_TRUE(opened) << opened.error().detail;
    store_ = std::move(*opened);
    const auto migrated = store_->migrate({&kTables});
    ASSERT_TRUE(migrated) << migrated.error().detail;
  }
  Result<void> add(const std::string& id, std::int64_t n) {
    return store_->transaction([&](Session& session) -> Result<void> {
      const auto done = session.run(kAddOne, {{"id", id}, {"n", n}});
      if (!done) return fail(done.error());
      return {};
    });
  }
  Row row_of(const Statement& statement) {
    auto reader = store_->reader();
    return (*reader)->run(statement)->at(0);
  }
  std::int64_t count() { return row_of(kCount).integer("n"); }

  Metrics metrics_;
  std::unique_ptr<Store> store_;
};

INSTANTIATE_TEST_SUITE_P(On, EngineTest, testing::ValuesIn(postgres::kEngines),
                         [](const auto& tested) { return postgres::engine_name(tested.param); });

TEST_P(EngineTest, KeepsEveryKindOfValueExactly) {
  const std::string odd =
      "quote \" back \\ line\n tab\t brace { comma , \x01 caf\xC3\xA9 \xF0\x9F\x8D\x9C";
  const auto wrote = store_->transaction([&](Session& session) -> Result<void> {
    Rows rows(3);
    rows.add("a", INT64_MAX, odd);
    rows.add("b", INT64_MIN, "");
    rows.add("c", (std::int64_t{1} << 53) + 1, Value());
    rows.add("d", Value(), "123");
    rows.add("e", 0, "null");
    const auto done = session.run(kAdd, rows);
    if (!done) return fail(done.error());
    return {};
  });
  ASSERT_TRUE(wrote) << wrote.error().detail;
  auto reader = store_->reader();
  ASSERT_TRUE(reader) << reader.error().detail;
  const auto lines = (*reader)->run(kList);
  ASSERT_TRUE(lines);
  ASSERT_EQ(lines->size(), 5U);
  EXPECT_EQ(lines->at(0).integer("n"), INT64_MAX);
  EXPECT_EQ(lines->at(0).text("note"), odd);
  EXPECT_EQ(lines->at(1).integer("n"), INT64_MIN);
  EXPECT_FALSE(lines->at(1).is_null("note"));
  EXPECT_EQ(lines->at(2).integer("n"), 9007199254740993);
  EXPECT_TRUE(lines->at(2).is_null("note"));
  EXPECT_TRUE(lines->at(3).is_null("n"));
  EXPECT_EQ(lines->at(3).text("note"), "123");
  EXPECT_EQ(lines->at(4).text("note"), "null");
}

TEST_P(EngineTest, AnswersIntegersForWhatCountsAndCompares) {
  ASSERT_TRUE(add("a", 7));
  const Statement kinds{"t.kinds",
                        "SELECT count(*) AS n, CAST(sum(n) AS bigint) AS total, max(n) AS most, "
                        "min(n) > 5 AS above, 1 AS one, coalesce(max(n), 0) AS some, 'x' AS text, "
                        "CASE WHEN max(n) = 7 THEN 'yes' ELSE 'no' END AS word FROM t_lines",
                        {}};
  const Row row = row_of(kinds);
  for (const char* name : {"n", "above", "one"}) EXPECT_EQ(row.integer(name), 1) << name;
  for (const char* name : {"total", "most", "some"}) EXPECT_EQ(row.integer(name), 7) << name;
  EXPECT_EQ(row.text("text"), "x");
  EXPECT_EQ(row.text("word"), "yes");
}

TEST_P(EngineTest, TakesArgumentsThatAreNullAndThatAreNot) {
  const Statement find{
      "t.find", "SELECT id FROM t_lines WHERE n = :n OR :n IS NULL AND n IS NULL", {}};
  ASSERT_TRUE(add("a", 7));
  for (const Value& n : {Value(), Value(std::int64_t{7}), Value()}) {
    auto reader = store_->reader();
    const auto found = (*reader)->run(find, {{"n", n}});
    ASSERT_TRUE(found) << found.error().detail;
    EXPECT_EQ(found->size(), n.index() == 0 ? 0U : 1U);
  }
}

TEST_P(EngineTest, TakesSetsOfAnySize) {
  for (const int size : {0, 1, 10'000}) {
    const std::int64_t before = count();
    const auto done = store_->transaction([&](Session& session) -> Result<void> {
      Rows rows(3);
      for (int i = 0; i < size; ++i) rows.add(fmt::format("{}-{:05}", size, i), i, Value());
      const auto ran = session.run(kAdd, rows);
      if (!ran) return fail(ran.error());
      return {};
    });
    ASSERT_TRUE(done) << done.error().detail;
    EXPECT_EQ(count() - before, size);
  }
  auto reader = store_->reader();
  Rows wanted(1);
  wanted.add("10000-00007");
  wanted.add("absent");
  wanted.add("1-00000");
  const auto found = (*reader)->run(kFind, wanted);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ(found->at(1).integer("n"), 7);
}

TEST_P(EngineTest, AStatementMayNameItsSetOftenAndInsideOthers) {
  const Statement pairs{
      "t.pair_rows",
      "SELECT a.id, b.n AS other, "
      "(SELECT count(*) FROM @rows(id text, n bigint) AS c WHERE c.n < a.n) AS less "
      "FROM @rows(id text, n bigint) AS a "
      "JOIN @rows(id text, n bigint) AS b ON b.n = a.n + 1 "
      "WHERE a.id IN (SELECT d.id FROM @rows(id text, n bigint) AS d) ORDER BY a.id",
      {}};
  Rows rows(2);
  rows.add("a", 1);
  rows.add("b", 2);
  rows.add("c", 3);
  auto reader = store_->reader();
  for (int run = 0; run < 2; ++run) {
    const auto found = (*reader)->run(pairs, rows);
    ASSERT_TRUE(found) << found.error().detail;
    ASSERT_EQ(found->size(), 2U);
    EXPECT_EQ(found->at(1).text("id"), "b");
    EXPECT_EQ(found->at(1).integer("other"), 3);
    EXPECT_EQ(found->at(1).integer("less"), 1);
  }
}

TEST_P(EngineTest, AnswersConflictWhereAConstraintSaysNoAndKeepsNothing) {
  ASSERT_TRUE(add("a", 1));
  const auto twice = store_->transaction([](Session& session) -> Result<void> {
    if (auto first = session.run(kAddOne, {{"id", "b"}, {"n", std::int64_t{2}}}); !first)
      return fail(first.error());
    const auto second = session.run(kAddOne, {{"id", "a"}, {"n", std::int64_t{3}}});
    EXPECT_EQ(second.error().code, Code::conflict);
    EXPECT_TRUE(second.error().detail.starts_with("t.add_line: ")) << second.error().detail;
    const auto third = session.run(kCount);
    EXPECT_EQ(third.error(), second.error()) << "a transaction that met an error is lost";
    return {};
  });
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, Code::conflict);
  EXPECT_EQ(count(), 1);
  const auto orphan = store_->transaction([](Session& session) -> Result<void> {
    const auto done = session.run(kMark, {{"line", "nobody"}});
    if (!done) return fail(done.error());
    return {};
  });
  EXPECT_EQ(orphan.error().code, Code::conflict) << "foreign keys are on";
}

TEST_P(EngineTest, ARowThatBreaksARuleOfItsTableIsNoConflict) {
  const Migrations rules{
      "r",
      {{"0001_rules",
        "CREATE TABLE r_rules (id TEXT PRIMARY KEY, n BIGINT NOT NULL CHECK (n > 0));"}}};
  ASSERT_TRUE(store_->migrate({&rules}));
  const Statement put{
      "r.put", "INSERT INTO r_rules (id, n) SELECT id, n FROM @rows(id text, n bigint) AS r", {}};
  for (const Value& n : {Value(std::int64_t{0}), Value()}) {
    for (const bool waits : {true, false}) {
      const auto done = store_->transaction([&](Session& session) -> Result<void> {
        Rows rows(2);
        rows.add("a", n);
        if (!waits) return session.write(put, rows);
        const auto ran = session.run(put, rows);
        return ran ? Result<void>() : fail(ran.error());
      });
      ASSERT_FALSE(done);
      EXPECT_EQ(done.error().code, Code::invalid_argument) << done.error().detail;
      EXPECT_TRUE(done.error().detail.starts_with("r.put: ")) << done.error().detail;
    }
  }
}

const Statement kAlter{"t.alter_lines",
                       "UPDATE t_lines SET n = r.n FROM @rows(id text, n bigint) AS r "
                       "WHERE t_lines.id = r.id RETURNING t_lines.id",
                       {}};

Rows lines(std::initializer_list<std::pair<const char*, int>> of) {
  Rows rows(3);
  for (const auto& [id, n] : of) rows.add(id, n, Value());
  return rows;
}

Rows numbers(std::initializer_list<std::pair<const char*, int>> of) {
  Rows rows(2);
  for (const auto& [id, n] : of) rows.add(id, n);
  return rows;
}

TEST_P(EngineTest, WhatIsWrittenWithoutWaitingIsReadByWhatFollows) {
  for (int again = 0; again < 2; ++again) {  // with statements that are new, and known ones
    const std::string id = "l" + std::to_string(again);
    const auto done = store_->transaction([&](Session& session) -> Result<void> {
      if (auto r = session.write(kAdd, lines({{id.c_str(), 1}})); !r) return r;
      if (auto r = session.change(kAlter, numbers({{id.c_str(), 5}})); !r) return r;
      if (auto r = session.write(kAdd, Rows(3)); !r) return r;  // nothing
      const auto found = session.run(kList);
      if (!found) return fail(found.error());
      EXPECT_EQ(found->back().integer("n"), 5);
      return session.change(kAlter, numbers({{id.c_str(), 7}}));
    });
    ASSERT_TRUE(done) << done.error().detail;
    EXPECT_EQ(row_of(kCount).integer("total"), 7 * (again + 1));
  }
}

TEST_P(EngineTest, AWriteThatFailsLosesTheTransactionAtTheLatestAtItsEnd) {
  ASSERT_TRUE(add("a", 1));
  for (const bool waits : {true, false}) {
    const auto done = store_->transaction([&](Session& session) -> Result<void> {
      (void)session.write(kAdd, lines({{"b", 2}}));
      (void)session.write(kAdd, lines({{"a", 2}}));
      (void)session.write(kAdd, lines({{"c", 2}}));
      if (waits) {
        const auto found = session.run(kList);
        EXPECT_FALSE(found);
        EXPECT_FALSE(session.run(kList));
      }
      return {};
    });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Code::conflict) << done.error().detail;
    EXPECT_NE(done.error().detail.find("t.add_lines"), std::string::npos) << done.error().detail;
    EXPECT_EQ(count(), 1);
  }
}

TEST_P(EngineTest, AChangeThatMissesARowIsAConflict) {
  ASSERT_TRUE(add("a", 1));
  const auto done = store_->transaction([&](Session& session) -> Result<void> {
    (void)session.change(kAlter, numbers({{"a", 2}, {"gone", 2}}));
    return session.write(kAdd, lines({{"b", 2}}));
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::conflict);
  EXPECT_NE(done.error().detail.find("another host"), std::string::npos) << done.error().detail;
  EXPECT_EQ(count(), 1);
  EXPECT_EQ(row_of(kCount).integer("total"), 1);
}

TEST_P(EngineTest, WhatWasWrittenWithoutWaitingIsRolledBack) {
  const auto done = store_->transaction([&](Session& session) -> Result<void> {
    if (auto r = session.write(kAdd, lines({{"a", 1}})); !r) return r;
    return fail(Code::conflict, "decided otherwise");
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().detail, "decided otherwise");
  EXPECT_EQ(count(), 0);
  EXPECT_TRUE(add("a", 1));
}

TEST_P(EngineTest, RollsBackOnErrorAndOnException) {
  const auto refused = store_->transaction([](Session& session) -> Result<void> {
    (void)session.run(kAddOne, {{"id", "a"}, {"n", std::int64_t{1}}});
    return fail(Code::not_found, "changed my mind");
  });
  EXPECT_EQ(refused.error().detail, "changed my mind");
  EXPECT_THROW((void)store_->transaction([](Session& session) -> Result<void> {
    (void)session.run(kAddOne, {{"id", "b"}, {"n", std::int64_t{1}}});
    throw std::runtime_error("bang");
  }),
               std::runtime_error);
  EXPECT_EQ(count(), 0);
  EXPECT_TRUE(add("c", 1)) << "the next transaction works";
}

TEST_P(EngineTest, ReadersSeeOnlyWhatIsCommitted) {
  auto reader = store_->reader();
  ASSERT_TRUE(reader);
  ASSERT_TRUE(store_->transaction([&](Session& session) -> Result<void> {
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

TEST_P(EngineTest, AReaderMayOutliveTheStore) {
  ASSERT_TRUE(add("a", 1));
  auto reader = store_->reader();
  store_.reset();
  EXPECT_EQ((*reader)->run(kCount)->at(0).integer("n"), 1);
}

TEST_P(EngineTest, AWrongStatementIsABugAndNamed) {
  auto reader = store_->reader();
  const std::pair<Statement, Args> cases[] = {
      {{"t.typo", "SELEC 1", {}}, {}},
      {{"t.table", "SELECT a FROM t_none", {}}, {}},
      {{"t.none", " \n", {}}, {}},
      {{"t.two", "SELECT 1; SELECT 2", {}}, {}},
      {{"t.arg", "SELECT :a AS a", {}}, {}},
      {{"t.extra", "SELECT 1 AS a", {}}, {{"b", Value()}}},
      {{"t.real", "SELECT 1.5 AS a", {}}, {}},
      {{"t.same", "SELECT 1 AS a, 2 AS a", {}}, {}},
      {{"t.rows", "SELECT a FROM @rows(a text) AS r", {}}, {}},
      {{"t.form", "SELECT a FROM @rows(a int) AS r", {}}, {}},
  };
  const ChecksThrow throwing;
  for (const auto& [statement, args] : cases) {
    try {
      (void)(*reader)->run(statement, args);
      ADD_FAILURE() << statement.name << " was accepted";
    } catch (const Broken& broken) {
      EXPECT_NE(std::string_view(broken.what()).find(statement.name), std::string_view::npos)
          << broken.what();
    }
    EXPECT_TRUE((*reader)->run(kCount)) << "the reader goes on after " << statement.name;
  }
}

// PostgreSQL tells only when somebody waits: whose statement it was is said all the same.
TEST_P(EngineTest, AWriteThatIsWrongIsNamedWhereverItIsSeen) {
  const Statement wrong{"t.overflow",
                        "INSERT INTO t_lines (id, n) "
                        "SELECT id, abs(n) FROM @rows(id text, n bigint) AS r",
                        {}};
  const ChecksThrow throwing;
  try {
    (void)store_->transaction([&](Session& session) -> Result<void> {
      Rows rows(2);
      rows.add("a", INT64_MIN);
      (void)session.write(wrong, rows);
      (void)session.run(kCount);
      return {};
    });
    ADD_FAILURE() << "it was accepted";
  } catch (const WrongStatement& wrong_one) {
    EXPECT_EQ(wrong_one.statement(), "t.overflow") << wrong_one.what();
  }
}

TEST_P(EngineTest, ABrokenCheckRollsBackAndTheStoreGoesOn) {
  const ChecksThrow throwing;
  EXPECT_THROW((void)store_->transaction([](Session& session) -> Result<void> {
    (void)session.run(kAddOne, {{"id", "a"}, {"n", std::int64_t{1}}});
    (void)session.run({"t.typo", "SELEC 1", {}});
    return {};
  }),
               Broken);
  EXPECT_EQ(count(), 0);
  EXPECT_TRUE(add("b", 1));
}

TEST_P(EngineTest, RefusesATextThatNoEngineKeeps) {
  const auto nul = add(std::string("a\0b", 3), 1);
  EXPECT_EQ(nul.error(),
            (Error{Code::invalid_argument,
                   "statement t.add_line: the text for :id is not UTF-8 or holds a NUL"}));
  const auto set = store_->transaction([](Session& session) -> Result<void> {
    Rows rows(1);
    rows.add("\xff");
    const auto done = session.run(kFind, rows);
    return done ? Result<void>() : fail(done.error());
  });
  EXPECT_EQ(set.error(), (Error{Code::invalid_argument,
                                "statement t.find_lines: a text for id is not UTF-8 or holds a "
                                "NUL"}));
  EXPECT_TRUE(add("b", 1)) << "the next transaction works";
}

TEST_P(EngineTest, AStatementMayChangeItsTextUnderItsName) {
  auto reader = store_->reader();
  EXPECT_EQ((*reader)->run({"t.one", "SELECT 1 AS n", {}})->at(0).integer("n"), 1);
  EXPECT_EQ((*reader)->run({"t.one", "SELECT 2 AS n", {}})->at(0).integer("n"), 2);
  EXPECT_EQ((*reader)->run({"t.one", "SELECT 3 AS n", {}})->at(0).integer("n"), 3);
}

TEST_P(EngineTest, CountsStatementsAndCommits) {
  const std::uint64_t statements = store_->statements();
  const std::uint64_t commits = store_->commits();
  ASSERT_TRUE(store_->transaction([](Session& session) -> Result<void> {
    (void)session.run(kAddOne, {{"id", "a"}, {"n", std::int64_t{1}}});
    (void)session.run(kCount);
    return {};
  }));
  EXPECT_EQ(count(), 1);
  EXPECT_EQ(store_->statements() - statements, 2U) << "of the writer only";
  EXPECT_EQ(store_->commits() - commits, 1U);
  const std::string text = metrics_.text();
  for (const char* line : {"trayline_store_statements_total{name=\"t.count_lines\"} 2",
                           "trayline_store_statements_total{name=\"t.add_line\"} 1"})
    EXPECT_NE(text.find(line), std::string::npos) << text;
  const auto seen = store_->statements_seen();
  EXPECT_NE(std::find(seen.begin(), seen.end(), "t.add_line"), seen.end());
  EXPECT_EQ(std::find(seen.begin(), seen.end(), "t.never"), seen.end());
}

TEST_P(EngineTest, AppliesEachMigrationOnceInOrder) {
  const Migrations first{"m", {{"0001_a", "CREATE TABLE m_a (x TEXT)"}}};
  const Migrations second{
      "m",
      {{"0002_b", "INSERT INTO m_a (x) VALUES ('once')"}, {"0001_a", "CREATE TABLE m_a (x TEXT)"}}};
  ASSERT_TRUE(store_->migrate({&first}));
  ASSERT_TRUE(store_->migrate({&second}));
  ASSERT_TRUE(store_->migrate({&second}));
  EXPECT_EQ(row_of({"m.count", "SELECT count(*) AS n FROM m_a", {}}).integer("n"), 1);
  const auto older = store_->migrate({&first});
  EXPECT_EQ(older.error().code, Code::conflict);
  EXPECT_NE(older.error().detail.find("has step 0002_b of m, which this program does not know: a "
                                      "newer version wrote it; run that one"),
            std::string::npos)
      << older.error().detail;
  const Migrations gap{"m", {{"0001_a", ""}, {"0001_b", ""}, {"0002_b", ""}}};
  const auto between = store_->migrate({&gap});
  EXPECT_NE(between.error().detail.find("has step 0002_b of m but not 0001_b, which comes before"),
            std::string::npos)
      << between.error().detail;
}

TEST_P(EngineTest, SaysWhatOfOursIsInADatabase) {
  const Migrations module{
      "m", {{"0001_a", "CREATE TABLE m_a (x TEXT)"}, {"0002_b", "CREATE TABLE m_b (x TEXT)"}}};
  const Migrations first{"m", {module.steps[0]}};
  auto reader = store_->reader();
  ASSERT_TRUE(reader);
  EXPECT_EQ(applied(**reader, {&kTables}), Applied::all);
  EXPECT_EQ(applied(**reader, {&module}), Applied::others) << "another module's tables alone";
  EXPECT_EQ(applied(**reader, {&kTables, &module}), Applied::earlier);
  ASSERT_TRUE(store_->migrate({&first}));
  EXPECT_EQ(applied(**reader, {&module}), Applied::earlier);
  const Result<void> second = store_->migrate({&module});
  ASSERT_TRUE(second) << second.error().detail;
  EXPECT_EQ(applied(**reader, {&module}), Applied::all);
  EXPECT_EQ(applied(**reader, {&first}), Applied::newer);
  const auto empty = postgres::open_fresh(GetParam(), nullptr);
  ASSERT_TRUE(empty);
  EXPECT_EQ(applied(**(*empty)->reader(), {&module}), Applied::nothing);
}

TEST_P(EngineTest, AMigrationHappensWholeOrNotAtAll) {
  ASSERT_TRUE(add("a", 1));
  const Migrations unfit{"m",
                         {{"0001_copy",
                           "CREATE TABLE m_copy (id TEXT PRIMARY KEY); INSERT INTO m_copy SELECT "
                           "'same' FROM t_lines; INSERT INTO m_copy SELECT 'same' FROM t_lines;"}}};
  const auto refused = store_->migrate({&unfit});
  EXPECT_EQ(refused.error().code, Code::conflict);
  EXPECT_TRUE(refused.error().detail.starts_with("migration m/0001_copy: "));
  const Migrations mended{"m", {{"0001_copy", "CREATE TABLE m_copy (id TEXT)"}}};
  EXPECT_TRUE(store_->migrate({&mended}));
  const ChecksThrow throwing;
  const Migrations wrong{"w", {{"0001_x", "CREATE TABEL w_x (id TEXT)"}}};
  EXPECT_THROW((void)store_->migrate({&wrong}), Broken);
  const Migrations ends{"e", {{"0001_x", "CREATE TABLE e_x (id TEXT); COMMIT;"}}};
  EXPECT_THROW((void)store_->migrate({&ends}), Broken);
}

}  // namespace
}  // namespace trayline::store
