// Backups, restores and moves of a store that a host has worked on, on both engines.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "cloud/open_store.hpp"
#include "lib/host/sql.hpp"
#include "lib/postgres/test_store.hpp"
#include "standalone/database/backup.hpp"
#include "standalone/database/catalogue.hpp"
#include "standalone/database/move.hpp"

namespace trayline::database {
namespace {

constexpr int kLetters = 5'000;  // more than one part

class DatabaseTest : public testing::TestWithParam<store::Engine> {
 protected:
  void SetUp() override {
    const auto server = postgres::test_server();
    if (!server && server.error().code == Code::not_found) GTEST_SKIP() << server.error().detail;
    std::string made = testing::TempDir() + "trayline-database-XXXXXX";
    folder_ = ::mkdtemp(made.data());
  }
  ~DatabaseTest() override { std::filesystem::remove_all(folder_); }

  Place fresh(store::Engine engine) {
    if (engine == store::Engine::postgres) return {engine, *postgres::fresh_database(), ""};
    return {engine, folder_ + "/store-" + std::to_string(++made_) + ".db", ""};
  }
  static store::Engine other(store::Engine engine) {
    return engine == store::Engine::sqlite ? store::Engine::postgres : store::Engine::sqlite;
  }
  static std::unique_ptr<store::Store> open(const Place& place) {
    auto opened = open_alone(place);
    EXPECT_TRUE(opened) << (opened ? "" : opened.error().detail);
    EXPECT_TRUE((*opened)->migrate(cloud::all_migrations()));
    return std::move(*opened);
  }
  static void fill(const Place& place, int letters) {
    const auto db = open(place);
    const auto done = db->transaction([&](store::Session& session) -> Result<void> {
      store::Rows rows(4);
      for (int i = 0; i < letters; ++i)
        rows.add("letter-" + std::to_string(i), "toy", "caf\xC3\xA9 \"quoted\"\n",
                 i % 2 ? "" : "{}");
      const auto r =
          session.run(host::sql::insert_dead_letters, rows, {{"now", std::int64_t{1} << 60}});
      if (!r) return fail(r.error());
      const auto referring = session.run({"test.refer",
                                          "INSERT INTO accounts_users (user_id, username, "
                                          "username_key, status, attributes, groups, verifier, "
                                          "failures, created_ms, changed_ms) VALUES ('u', 'Ann', "
                                          "'ann', 'confirmed', '[]', '[]', '', 0, 1, 1)",
                                          {}});
      if (!referring) return fail(referring.error());
      const auto session_of = session.run({"test.session",
                                           "INSERT INTO accounts_sessions (origin_jti, user_id, "
                                           "client, refresh_hash, signed_in_ms, expires_ms, "
                                           "revoked_ms) VALUES ('j', 'u', 'c', 'h', 1, 2, NULL)",
                                           {}});
      if (!session_of) return fail(session_of.error());
      // A table that takes rows and lets none go.
      const auto transfer =
          session.run({"test.transfer",
                       "INSERT INTO payments_ledger (site, seq, order_id, kind, entry, line, "
                       "debit, credit, amount_minor, currency, at_ms, hash) VALUES ('main', 1, "
                       "'o', 'capture', 'capture', 1, 'provider:card', 'sales:main', 5, 'EUR', 1, "
                       "'h')",
                       {}});
      return transfer ? Result<void>() : fail(transfer.error());
    });
    ASSERT_TRUE(done) << done.error().detail;
  }
  static std::int64_t rows_in(const Place& place) {
    const auto db = open(place);
    auto reader = db->reader();
    return count_rows(**reader).value_or(-1);
  }
  // A text that says everything that is in it.
  static std::string all_of(const Place& place) {
    const auto db = open(place);
    auto reader = db->reader();
    std::string text;
    const auto letters =
        (*reader)->run({"test.letters",
                        "SELECT id, reason, payload, at_ms FROM host_dead_letters ORDER BY id",
                        {}});
    for (const store::Row& row : *letters)
      text += row.text("id") + row.text("reason") + row.text("payload") +
              std::to_string(row.integer("at_ms"));
    const auto sessions =
        (*reader)->run({"test.sessions", "SELECT user_id, revoked_ms FROM accounts_sessions", {}});
    for (const store::Row& row : *sessions)
      text += row.text("user_id") + (row.is_null("revoked_ms") ? "never" : "once");
    return text;
  }

  std::string folder_;
  int made_ = 0;
};

INSTANTIATE_TEST_SUITE_P(From, DatabaseTest, testing::ValuesIn(postgres::kEngines),
                         [](const auto& tested) { return postgres::engine_name(tested.param); });

TEST_P(DatabaseTest, MovesEverythingToTheOtherEngine) {
  const Place from = fresh(GetParam());
  const Place to = fresh(other(GetParam()));
  fill(from, kLetters);
  int parts = 0;
  const auto moved = move(from, to, [&](const std::string&, std::int64_t) { ++parts; });
  ASSERT_TRUE(moved) << moved.error().detail;
  EXPECT_EQ(moved->rows.at("host_dead_letters"), kLetters);
  EXPECT_EQ(moved->rows.at("accounts_sessions"), 1);
  EXPECT_EQ(moved->rows.at("payments_ledger"), 1);
  EXPECT_GT(parts, 3) << "a part at a time";
  EXPECT_EQ(all_of(to), all_of(from));
  const auto again = move(from, to, [](const std::string&, std::int64_t) {});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::conflict) << "a target that is not empty is left alone";
}

TEST_P(DatabaseTest, MovesNothingWhileAHostWorksOnIt) {
  const Place from = fresh(GetParam());
  const Place to = fresh(other(GetParam()));
  fill(from, 1);
  const auto host =
      GetParam() == store::Engine::sqlite
          ? store::open_sqlite({.path = from.address}, nullptr)
          : store::open_postgres({.url = from.address, .name = "trayline one"}, nullptr);
  ASSERT_TRUE(host) << host.error().detail;
  const auto moved = move(from, to, [](const std::string&, std::int64_t) {});
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().code, Code::conflict);
  EXPECT_NE(moved.error().detail.find("stop"), std::string::npos) << moved.error().detail;
  EXPECT_EQ(rows_in(to), 0);
}

TEST_P(DatabaseTest, ABackupRestoresWhatThereWas) {
  const Place place = fresh(GetParam());
  fill(place, 100);
  const std::string before = all_of(place);
  const std::string file = folder_ + "/backup";
  const auto report = back_up(place, file);
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_GT(report->bytes, 1'000);
  EXPECT_EQ(back_up(place, file).error().code, Code::conflict) << "a backup is never overwritten";
  const ManualClock clock(from_ms(77));
  EXPECT_EQ(restore(file, place, false, clock).error().code, Code::conflict)
      << "nor is a store that is not empty";
  {
    const auto db = open(place);
    ASSERT_TRUE(db->transaction([](store::Session& session) -> Result<void> {
      const auto r = session.run({"test.lose", "DELETE FROM host_dead_letters", {}});
      return r ? Result<void>() : fail(r.error());
    }));
  }
  const auto restored = restore(file, place, true, clock);
  ASSERT_TRUE(restored) << restored.error().detail;
  EXPECT_EQ(all_of(place), before);
  if (GetParam() == store::Engine::sqlite) {
    EXPECT_EQ(rows_in({store::Engine::sqlite, restored->kept, ""}), 3) << "what was there is kept";
  }
  const Place elsewhere = fresh(GetParam());
  const auto moved = restore(file, elsewhere, false, clock);
  ASSERT_TRUE(moved) << moved.error().detail;
  EXPECT_EQ(all_of(elsewhere), before) << "an empty store needs no leave";
}

TEST_P(DatabaseTest, RefusesAFileThatIsNoBackupOfThisEngine) {
  const Place place = fresh(GetParam());
  const ManualClock clock(from_ms(77));
  const std::string file = folder_ + "/file";
  EXPECT_EQ(restore(file, place, false, clock).error().code, Code::not_found);
  std::ofstream(file) << "no backup at all";
  EXPECT_EQ(restore(file, place, false, clock).error().code, Code::invalid_argument);
  std::ofstream(file) << (GetParam() == store::Engine::sqlite ? "PGDMP" : "SQLite format 3");
  EXPECT_EQ(restore(file, place, false, clock).error().code, Code::invalid_argument);
}

TEST_P(DatabaseTest, TakesNothingElseForAStoreOfOurs) {
  const ManualClock clock(from_ms(77));
  const Place full = fresh(GetParam());
  fill(full, 1);
  const std::string good = folder_ + "/good";
  ASSERT_TRUE(back_up(full, good));
  const Place other = fresh(GetParam());
  const store::Migrations theirs{"theirs", {{"0001_a", "CREATE TABLE theirs_a (x TEXT)"}}};
  {
    const auto db = open_alone(other);
    ASSERT_TRUE(db && (*db)->migrate({&theirs}));
  }
  const std::string file = folder_ + "/backup";
  const auto backed = back_up(other, file);
  ASSERT_FALSE(backed);
  EXPECT_NE(backed.error().detail.find("no tables of Trayline"), std::string::npos)
      << backed.error().detail;
  EXPECT_FALSE(std::filesystem::exists(file));
  for (const bool replace : {false, true}) {
    const auto restored = restore(good, other, replace, clock);
    ASSERT_FALSE(restored) << "tables of another program are not restored over";
    EXPECT_NE(restored.error().detail.find("another program"), std::string::npos)
        << restored.error().detail;
  }
  const auto into = move(full, other, [](const std::string&, std::int64_t) {});
  ASSERT_FALSE(into);
  EXPECT_EQ(into.error().code, Code::conflict) << into.error().detail;
  EXPECT_EQ(look_into(fresh(GetParam())), store::Applied::nothing);
  EXPECT_EQ(look_into(full), store::Applied::all);
}

TEST_P(DatabaseTest, BacksUpNoStoreOfANewerVersion) {
  const Place place = fresh(GetParam());
  fill(place, 1);
  const store::Migrations later{"orders", {{"9999_later", "CREATE TABLE orders_later (x TEXT)"}}};
  {
    store::Migrations orders = later;
    for (const store::Migrations* module : cloud::all_migrations()) {
      if (module->module != "orders") continue;
      orders.steps.insert(orders.steps.begin(), module->steps.begin(), module->steps.end());
    }
    const auto db = open_alone(place);
    ASSERT_TRUE(db);
    const auto done = (*db)->migrate({&orders});
    ASSERT_TRUE(done) << done.error().detail;
  }
  const auto refused = back_up(place, folder_ + "/backup");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::conflict);
  EXPECT_NE(refused.error().detail.find("newer"), std::string::npos) << refused.error().detail;
}

TEST_P(DatabaseTest, MovesNoStoreOntoItself) {
  const Place place = fresh(GetParam());
  fill(place, 1);
  const auto moved = move(place, place, [](const std::string&, std::int64_t) {});
  ASSERT_FALSE(moved);
  EXPECT_NE(moved.error().detail.find("are the same store"), std::string::npos)
      << moved.error().detail;
  if (GetParam() != store::Engine::sqlite) return;
  std::filesystem::create_symlink(place.address, folder_ + "/link.db");
  EXPECT_TRUE(same_place(place, {store::Engine::sqlite, folder_ + "/link.db", ""}));
}

TEST_P(DatabaseTest, ARefusedRestoreLeavesNothingBehind) {
  const ManualClock clock(from_ms(77));
  const Place place = fresh(GetParam());
  fill(place, 1);
  const std::string file = folder_ + "/backup";
  ASSERT_TRUE(back_up(place, file));
  const auto files = [this] {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      const std::string name = entry.path().filename().string();
      if (!name.ends_with(".db-wal") && !name.ends_with(".db-shm")) names.insert(name);
    }
    return names;
  };
  const auto before = files();
  EXPECT_FALSE(restore(file, place, false, clock));
  if (GetParam() == store::Engine::sqlite) {
    const auto host = store::open_sqlite({.path = place.address}, nullptr);
    ASSERT_TRUE(host);
    EXPECT_FALSE(restore(file, place, true, clock)) << "a host has it";
  }
  EXPECT_EQ(files(), before);
}

TEST_P(DatabaseTest, WaitsForNoPipe) {
  const ManualClock clock(from_ms(77));
  const std::string pipe = folder_ + "/pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const auto refused = restore(pipe, fresh(GetParam()), false, clock);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("no regular file"), std::string::npos)
      << refused.error().detail;
  EXPECT_FALSE(open_alone({store::Engine::sqlite, pipe, ""}));
  EXPECT_FALSE(back_up({store::Engine::sqlite, pipe, ""}, folder_ + "/backup"));
}

TEST(Place, IsReadAsItIsWritten) {
  EXPECT_EQ(place_from("sqlite:a/cloud.db")->address, "a/cloud.db");
  EXPECT_EQ(place_from("postgres:postgresql://u@h/d")->address, "postgresql://u@h/d");
  EXPECT_EQ(place_from("postgresql://u@h/d")->engine, store::Engine::postgres);
  EXPECT_EQ(place_from("postgres:host=h dbname=d")->address, "host=h dbname=d");
  for (const char* wrong : {"", "sqlite:", "postgres:", "mysql:x", "cloud.db"})
    EXPECT_EQ(place_from(wrong).error().code, Code::invalid_argument) << wrong;
}

}  // namespace
}  // namespace trayline::database
