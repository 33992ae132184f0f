// Whose fault it is that a turn breaks: of two services in one transaction, the one whose check
// failed or whose statement was wrong, on both engines.
#include <gtest/gtest.h>

#include "lib/host/host.hpp"
#include "lib/host/watched.hpp"
#include "lib/postgres/test_store.hpp"

namespace trayline::host {
namespace {

const store::Migrations kTables{
    "first", {{"0001_first", "CREATE TABLE first_sums (id text PRIMARY KEY, n bigint NOT NULL);"}}};
const store::Migrations kNone{"second", {}};
const store::Statement kAdd{"first.add_sums",
                            "INSERT INTO first_sums (id, n) "
                            "SELECT id, abs(n) FROM @rows(id text, n bigint) AS r WHERE true "
                            "ON CONFLICT DO NOTHING",
                            {}};
const store::Statement kCount{"second.count_sums", "SELECT count(*) AS n FROM first_sums", {}};

class Part : public Service, public Watched {
 public:
  Part(std::string name, const store::Migrations& migrations)
      : name_(std::move(name)), migrations_(migrations) {}
  std::string_view name() const override { return name_; }
  const store::Migrations& migrations() const override { return migrations_; }
  Result<std::any> decode(const Json&) const override { return std::any(std::int64_t{0}); }
  Json encode(const std::any& body) const override {
    return Json::object({{"n", *std::any_cast<std::int64_t>(&body)}});
  }
  void broke(std::string_view why) override { why_.emplace_back(why); }
  const std::vector<std::string>& why() const { return why_; }

 protected:
  static std::int64_t number(const Message& message) {
    return *std::any_cast<std::int64_t>(&message.body);
  }

 private:
  std::string name_;
  const store::Migrations& migrations_;
  std::vector<std::string> why_;
};

// Keeps numbers, without waiting for that, and passes them on.
class First final : public Part {
 public:
  First() : Part("first", kTables) {}
  Result<std::vector<Output>> handle(store::Session& session, std::span<const Message> batch,
                                     Time) override {
    std::vector<Output> outputs;
    store::Rows rows(2);
    for (const Message& message : batch) {
      rows.add(std::to_string(number(message)), number(message));
      Message on;
      on.service = "second";
      on.body = message.body;
      outputs.emplace_back().messages.push_back(std::move(on));
    }
    if (auto r = session.write(kAdd, rows); !r) return fail(r.error());
    return outputs;
  }
};

// Reads, and takes no 13.
class Second final : public Part {
 public:
  Second() : Part("second", kNone) {}
  Result<std::vector<Output>> handle(store::Session& session, std::span<const Message> batch,
                                     Time) override {
    const auto counted = session.run(kCount);
    if (!counted) return fail(counted.error());
    for (const Message& message : batch) check(number(message) != 13, "second takes no 13");
    return std::vector<Output>(batch.size());
  }
};

class BlameTest : public testing::TestWithParam<store::Engine> {
 protected:
  void SetUp() override {
    auto opened = postgres::open_fresh(GetParam());
    if (!opened && opened.error().code == Code::not_found) GTEST_SKIP() << opened.error().detail;
    ASSERT_TRUE(opened) << opened.error().detail;
    db = std::move(*opened);
    host = std::make_unique<Host>(Parts{*db, clock, random, metrics, {}, Limits{}},
                                  std::vector<Service*>{&first, &second}, std::vector<Executor*>{});
    ASSERT_TRUE(host->start());
  }
  void say(std::int64_t n) {
    Message message;
    message.service = "first";
    message.body = n;
    ASSERT_TRUE(host->post(std::move(message)));
    while (host->tick()) {
    }
  }

  ManualClock clock{from_ms(1'790'000'000'000)};
  SeededRandom random{7};
  Metrics metrics;
  std::unique_ptr<store::Store> db;
  First first;
  Second second;
  std::unique_ptr<Host> host;
};

INSTANTIATE_TEST_SUITE_P(On, BlameTest, testing::ValuesIn(postgres::kEngines),
                         [](const auto& tested) { return postgres::engine_name(tested.param); });

TEST_P(BlameTest, AWrongStatementIsItsOwnServicesWhereverItIsSeen) {
  say(1);
  EXPECT_TRUE(first.why().empty());
  say(INT64_MIN);
  ASSERT_FALSE(first.why().empty());
  EXPECT_NE(first.why().front().find("first.add_sums"), std::string::npos) << first.why().front();
  EXPECT_TRUE(second.why().empty()) << second.why().front();
}

TEST_P(BlameTest, AFailedCheckIsTheServicesThatWasAtWork) {
  say(13);
  EXPECT_TRUE(first.why().empty());
  ASSERT_FALSE(second.why().empty());
  EXPECT_NE(second.why().front().find("second takes no 13"), std::string::npos);
}

}  // namespace
}  // namespace trayline::host
