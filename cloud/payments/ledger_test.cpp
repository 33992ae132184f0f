// The ledger's table as both engines keep it: rows come and never change.
#include "cloud/payments/ledger.hpp"

#include <gtest/gtest.h>

#include "cloud/payments/books_state.hpp"
#include "cloud/payments/rows.hpp"
#include "cloud/payments/sql.hpp"
#include "lib/postgres/test_store.hpp"

namespace trayline::payments {
namespace {

class LedgerTest : public testing::TestWithParam<store::Engine> {
 protected:
  void SetUp() override {
    auto opened = postgres::open_fresh(GetParam());
    if (!opened && opened.error().code == Code::not_found) GTEST_SKIP() << opened.error().detail;
    ASSERT_TRUE(opened) << opened.error().detail;
    db = std::move(*opened);
    const auto migrated = db->migrate({&sql::migrations});
    ASSERT_TRUE(migrated) << migrated.error().detail;
  }
  Result<void> run(const store::Statement& statement, const store::Rows& rows) {
    return db->transaction([&](store::Session& session) -> Result<void> {
      const auto done = rows.empty() ? session.run(statement) : session.run(statement, rows);
      return done ? Result<void>() : Result<void>(fail(done.error()));
    });
  }
  Result<void> say(const std::string& sql) {
    const std::string name = "test." + sql;
    return run({name, sql, {}}, store::Rows(0));
  }
  Result<void> insert(std::int64_t seq, const std::string& entry) {
    store::Rows rows(12);
    rows.add("main", seq, "o1", "capture", entry, 1, "provider:card", "sales:main", 1200, "EUR", 5,
             "hash");
    return run(sql::insert_ledger, rows);
  }

  std::unique_ptr<store::Store> db;
};

INSTANTIATE_TEST_SUITE_P(On, LedgerTest, testing::ValuesIn(postgres::kEngines),
                         [](const auto& tested) { return postgres::engine_name(tested.param); });

TEST_P(LedgerTest, TakesRowsAndLetsNoneBeChangedOrRemoved) {
  ASSERT_TRUE(insert(1, "capture"));
  for (const std::string wish : {"UPDATE payments_ledger SET amount_minor = 1",
                                 "DELETE FROM payments_ledger WHERE seq = 1"}) {
    const Result<void> done = say(wish);
    ASSERT_FALSE(done) << wish;
    EXPECT_EQ(done.error().code, Code::conflict) << done.error().detail;
    EXPECT_NE(done.error().detail.find("append-only: put it right by another entry"),
              std::string::npos)
        << done.error().detail;
  }
  auto reader = db->reader();
  const auto rows = (*reader)->run(sql::read_ledger, {{"site", ""}, {"seq", -1}, {"most", 10}});
  ASSERT_TRUE(rows) << rows.error().detail;
  ASSERT_EQ(rows->size(), 1U);
  EXPECT_EQ(rows->at(0).integer("amount_minor"), 1200);
}

TEST_P(LedgerTest, TakesOneCaptureOfAnOrder) {
  ASSERT_TRUE(insert(1, "capture"));
  const Result<void> second = insert(2, "capture-again");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::conflict);
}

TEST_P(LedgerTest, KeepsWhatIsSaidOfTheBooks) {
  const Time now = from_ms(5);
  const auto save = [&](const std::vector<Decision>& decisions) {
    const auto done = db->transaction(
        [&](store::Session& session) { return save_decisions(session, decisions, now); });
    ASSERT_TRUE(done) << done.error().detail;
  };
  const Money five{500, *Currency::parse("EUR")};
  Decision paid;
  paid.placed.emplace();
  paid.placed->order = OrderId("o1");
  paid.placed->site = SiteId("main");
  paid.placed->amount = five;
  paid.placed->hold_minor = paid.placed->captured_minor = 500;
  paid.placed->intent = "pi_1";
  paid.ledger = {{OrderId("o1"), SiteId("main"), "dispute", "dispute-dp_1", 1, "a", "b", five}};
  Decision said;
  said.stop = "why";
  said.compared = wire::payments::Compared{1, 500, 2, 3, "one line\n"};
  ASSERT_TRUE(say("INSERT INTO payments_unarmed (order_id) VALUES ('o1')"));
  save({paid, said});

  auto reader = db->reader();
  const Result<BooksState> state = read_books_state(**reader);
  ASSERT_TRUE(state) << state.error().detail;
  EXPECT_EQ(state->stopped, "why");
  EXPECT_EQ(state->compared->findings, "one line\n");

  const wire::payments::In begin = wire::payments::Begin{};
  const wire::payments::In dispute = wire::payments::DisputeSeen{"dp_1", "pi_1", five, false};
  Snapshot seen;
  const auto loaded = db->transaction([&](store::Session& session) -> Result<void> {
    Result<Snapshot> snapshot = load_snapshot(session, {&begin, &dispute}, now);
    if (!snapshot) return fail(snapshot.error());
    seen = std::move(*snapshot);
    return {};
  });
  ASSERT_TRUE(loaded) << loaded.error().detail;
  EXPECT_EQ(seen.stopped, "why");
  EXPECT_EQ(seen.unarmed.size(), 1U);
  EXPECT_EQ(seen.entries.size(), 1U);

  Decision after;
  after.resume = true;
  after.armed = {OrderId("o1")};
  save({after});
  EXPECT_EQ(read_books_state(**reader)->stopped, "");
  EXPECT_TRUE((*reader)->run(sql::find_unarmed, {{"most", 9}})->empty());
  EXPECT_TRUE((*reader)->run(sql::read_stop)->empty());
}

}  // namespace
}  // namespace trayline::payments
