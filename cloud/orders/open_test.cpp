// The open orders of a customer as both engines look them up: a bounded number, however many there
// are, and however many have ended.
#include <gtest/gtest.h>

#include "cloud/orders/rows.hpp"
#include "cloud/orders/sql.hpp"
#include "lib/postgres/test_store.hpp"

namespace trayline::orders {
namespace {

class OpenTest : public testing::TestWithParam<store::Engine> {
 protected:
  void SetUp() override {
    auto opened = postgres::open_fresh(GetParam());
    if (!opened && opened.error().code == Code::not_found) GTEST_SKIP() << opened.error().detail;
    ASSERT_TRUE(opened) << opened.error().detail;
    db = std::move(*opened);
    const auto migrated = db->migrate({&sql::migrations});
    ASSERT_TRUE(migrated) << migrated.error().detail;
  }
  // Orders <user>-<site>-00, -01, ... in this order.
  void insert(const std::string& user, const std::string& site, int count,
              State state = State::authorised) {
    store::Rows rows(kInsertColumns);
    for (int i = 0; i < count; ++i) {
      Order order;
      order.id = OrderId(user + "-" + site + (i < 10 ? "-0" : "-") + std::to_string(i));
      order.code = "code of " + order.id.value;
      order.user = UserId(user);
      order.site = SiteId(site);
      order.state = state;
      order.total = {1200, *Currency::parse("EUR")};
      add_insert(rows, order);
    }
    const auto done = db->transaction(
        [&](store::Session& session) { return session.write(sql::insert_orders, rows); });
    ASSERT_TRUE(done) << done.error().detail;
  }
  store::Answer run(const store::Statement& statement, const store::Rows& rows, int most) {
    store::Answer answer;
    const auto done = db->transaction([&](store::Session& session) -> Result<void> {
      auto found = session.run(statement, rows, {{"most", std::int64_t{most}}});
      if (!found) return fail(found.error());
      answer = std::move(*found);
      return {};
    });
    EXPECT_TRUE(done) << done.error().detail;
    return answer;
  }
  std::string found(const std::vector<std::string>& users, int most) {
    store::Rows rows(4);
    for (const std::string& user : users) rows.add("user", user, "main", "");
    std::string ids;
    for (const store::Row& row : run(sql::load_orders, rows, most)) ids += row.text("id") + " ";
    return ids;
  }
  std::int64_t count(const std::string& user, int most) {
    store::Rows rows(2);
    rows.add(user, "main");
    rows.add("nobody", "main");
    std::map<std::string, std::int64_t> counted;
    for (const store::Row& row : run(sql::count_open, rows, most))
      counted[row.text("user_id")] = row.integer("n");
    EXPECT_EQ(counted["nobody"], 0);
    return counted[user];
  }

  std::unique_ptr<store::Store> db;
};

INSTANTIATE_TEST_SUITE_P(On, OpenTest, testing::ValuesIn(postgres::kEngines),
                         [](const auto& tested) { return postgres::engine_name(tested.param); });

TEST_P(OpenTest, OneMoreThanTheMostIsLookedAtOfEachCustomerAndTheNewestOfThem) {
  insert("ann", "main", 30);
  insert("ann", "other", 5);
  insert("bob", "main", 2);
  insert("old", "main", 9, State::paid);
  insert("new", "main", 9, State::expired);
  EXPECT_EQ(found({"ann"}, 3), "ann-main-26 ann-main-27 ann-main-28 ann-main-29 ");
  EXPECT_EQ(found({"ann", "bob", "old", "new"}, 1),
            "ann-main-28 ann-main-29 bob-main-00 bob-main-01 ")
      << "another's many orders hide nobody's";
  EXPECT_EQ(found({"bob"}, 1), "bob-main-00 bob-main-01 ");
  EXPECT_EQ(found({"bob"}, 20), "bob-main-00 bob-main-01 ");
}

TEST_P(OpenTest, AreCountedUpToOneMoreThanTheMost) {
  insert("ann", "main", 30);
  insert("ann", "other", 30);
  insert("old", "main", 9, State::paid);
  EXPECT_EQ(count("ann", 3), 4);
  EXPECT_EQ(count("ann", 29), 30);
  EXPECT_EQ(count("ann", 40), 30);
  EXPECT_EQ(count("old", 3), 0);
}

}  // namespace
}  // namespace trayline::orders
