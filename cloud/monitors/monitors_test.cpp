// Screens: decisions as tables, then on a host with a store, repeats, the topic and the route.
#include "cloud/monitors/monitors.hpp"

#include <gtest/gtest.h>

#include "cloud/monitors/service.hpp"
#include "cloud/monitors/sql.hpp"
#include "lib/host/host.hpp"
#include "lib/store/sqlite.hpp"

namespace trayline::monitors {
namespace {

using wire::Shown;
using wire::monitors::In;
using wire::monitors::Show;

const Time kNow = from_ms(1'000'000'000);
const ScreenKey kKey{CoreId("core-1"), ScreenId("left")};

Show show(const std::string& status, const std::string& screen = "left",
          const std::string& core = "core-1") {
  Show s;
  s.core = CoreId(core);
  s.state.screen = ScreenId(screen);
  s.state.status = status;
  s.state.version = 99;  // ignored
  return s;
}

Shown shown(std::optional<std::int64_t> painted, bool start = false,
            const std::string& screen = "left", const std::string& core = "core-1") {
  return {CoreId(core), ScreenId(screen), painted, painted ? 1 : 0, start};
}

Snapshot with(std::int64_t version, std::optional<std::int64_t> painted) {
  Screen screen;
  screen.state.screen = kKey.second;
  screen.state.version = version;
  screen.state.status = "paid";
  screen.painted = painted;
  return {{kKey, screen}};
}

wire::ScreenState state_in(const bus::Message& message) {
  const auto state = from_json_text<wire::ScreenState>(message.payload);
  EXPECT_TRUE(state) << message.payload;
  return state.value_or(wire::ScreenState());
}

TEST(Show, GetsAVersionAboveEverythingShownOrPainted) {
  struct Case {
    Snapshot before;
    std::int64_t version;
  };
  const std::vector<Case> cases{
      {{}, 1}, {with(4, 4), 5}, {with(4, std::nullopt), 5}, {with(4, 2), 5}, {with(4, 9), 10}};
  for (const Case& c : cases) {
    const Decision d = decide_show(c.before, "dev", show("checking"), kNow);
    ASSERT_TRUE(d.after);
    EXPECT_EQ(d.after->second.state.version, c.version);
    EXPECT_EQ(d.after->second.state.since_ms, to_ms(kNow));
    ASSERT_EQ(d.out.publish.size(), 1U);
    EXPECT_EQ(d.out.publish[0].topic, "IoT-dev-core-1/down/screen/left/state");
    EXPECT_EQ(state_in(d.out.publish[0]), d.after->second.state);
    EXPECT_EQ(d.after->second.state.status, "checking");
  }
}

TEST(Show, OfATrayThatWasSeenBeforeTheOneShownChangesNothing) {
  const auto seen = [](const std::string& status, const std::string& boot, std::int64_t at) {
    Show s = show(status);
    s.boot_id = boot;
    s.monotonic_ms = at;
    return s;
  };
  const auto after = [](const Snapshot& before, const Show& s) {
    const Decision d = decide_show(before, "dev", s, kNow);
    return d.after ? Snapshot{*d.after} : before;
  };
  const Snapshot newest = after(with(4, 4), seen("mismatch", "boot-1", 5'000));
  EXPECT_FALSE(decide_show(newest, "dev", seen("review", "boot-1", 4'999), kNow).after) << "late";
  EXPECT_TRUE(decide_show(newest, "dev", seen("review", "boot-1", 5'000), kNow).after);
  EXPECT_TRUE(decide_show(newest, "dev", seen("review", "boot-2", 10), kNow).after)
      << "clocks of two boots say nothing about each other";
  const Snapshot told = after(newest, show("paid"));
  EXPECT_EQ(told.at(kKey).state.status, "paid") << "no camera said so";
  EXPECT_FALSE(decide_show(told, "dev", seen("review", "boot-1", 4'999), kNow).after);
}

TEST(Show, ReplacesNoOtherOrderWhereItOnlyBringsNewsOfOne) {
  Snapshot before = with(4, 4);
  before.at(kKey).state.order = OrderId("there");
  Show news = show("paid");
  news.update = true;
  news.state.order = OrderId("gone");
  EXPECT_FALSE(decide_show(before, "dev", news, kNow).after);
  news.state.order = OrderId("there");
  EXPECT_TRUE(decide_show(before, "dev", news, kNow).after);
  news.update = false;
  news.state.order = OrderId("gone");
  EXPECT_TRUE(decide_show(before, "dev", news, kNow).after) << "its tray stands there now";
}

TEST(Shown, IsAnsweredOnlyWhereTheScreenNeedsIt) {
  struct Case {
    const char* what;
    Snapshot before;
    Shown report;
    std::int64_t version;  // afterwards
    bool published;
  };
  const std::vector<Case> cases{
      {"painted what it shall", with(4, 3), shown(4), 4, false},
      {"painted less: the repeater's business", with(4, 3), shown(3), 4, false},
      {"painted nothing", with(4, 3), shown(std::nullopt), 4, false},
      {"a start, painted", with(4, 4), shown(4, true), 4, true},
      {"a start, nothing painted", with(4, 4), shown(std::nullopt, true), 4, true},
      {"painted more: a restored backup", with(4, 4), shown(9), 10, true},
      {"painted more, at a start", with(4, 4), shown(9, true), 10, true},
      {"a new screen starts", {}, shown(std::nullopt, true), 1, true},
      {"a new screen that was started before", {}, shown(std::nullopt), 1, true},
      {"a new screen that painted long ago", {}, shown(7), 8, true},
  };
  for (const Case& c : cases) {
    const Decision d = decide_shown(c.before, "dev", c.report, kNow);
    ASSERT_TRUE(d.after) << c.what;
    EXPECT_EQ(d.after->second.state.version, c.version) << c.what;
    EXPECT_EQ(d.after->second.painted, c.report.painted) << c.what;
    EXPECT_EQ(d.after->second.pages, c.report.pages) << c.what;
    EXPECT_EQ(d.after->second.shown, kNow) << c.what;
    EXPECT_EQ(d.out.publish.size(), c.published ? 1U : 0U) << c.what;
    if (!c.published) continue;
    EXPECT_EQ(state_in(d.out.publish[0]), d.after->second.state) << c.what;
    EXPECT_EQ(d.after->second.state.status, c.before.empty() ? "idle" : "paid") << c.what;
  }
}

TEST(Shown, OfTooManyScreensOnOneCoreIsKeptForAPerson) {
  Snapshot full;
  for (std::size_t i = 0; i < kScreensPerCoreMax; ++i) {
    full[{CoreId("core-1"), ScreenId("s" + std::to_string(i))}] = {};
  }
  const Decision d = decide_shown(full, "dev", shown(1), kNow);
  EXPECT_FALSE(d.after);
  EXPECT_TRUE(d.out.publish.empty());
  EXPECT_EQ(d.out.dead_letters.size(), 1U);
  EXPECT_TRUE(decide_shown(full, "dev", shown(1, false, "s3"), kNow).after)
      << "known screens go on";
  EXPECT_TRUE(decide_shown(full, "dev", shown(1, false, "left", "core-2"), kNow).after)
      << "another core has its own room";
}

TEST(Repeat, IsDueAtEveryCallFirstAndOnceInHalfAMinuteLater) {
  struct Case {
    std::int64_t since, last, now;  // seconds; last -1: the first call
    bool due;
  };
  const std::vector<Case> cases{
      {0, 0, 2, true},      {0, 57, 59, true},   {0, 58, 60, true},   {0, 60, 62, false},
      {0, 86, 88, false},   {0, 88, 90, true},   {0, 90, 92, false},  {0, 118, 120, true},
      {5, 93, 95, true},    {5, 95, 97, false},  {0, 60, 3600, true}, {0, -1, 3601, true},
      {100, 98, 100, true}, {100, 98, 99, true},
  };
  for (const Case& c : cases) {
    const auto at = [](std::int64_t s) { return from_ms(s * 1000); };
    const std::optional<Time> last = c.last < 0 ? std::nullopt : std::optional(at(c.last));
    EXPECT_EQ(is_repeat_due(at(c.since), last, at(c.now)), c.due)
        << "since " << c.since << " s, asked at " << c.last << " s and " << c.now << " s";
  }
}

class MonitorsTest : public testing::Test {
 protected:
  MonitorsTest() {
    const Result<void> started = host.start();
    EXPECT_TRUE(started) << started.error().detail;
  }
  template <class M>
  void post(M message) {
    ASSERT_TRUE(host.post(host::to<In>(wire::monitors::kService, std::move(message))));
  }
  std::vector<bus::Message> tick() {
    published.clear();
    host.tick();
    return published;
  }
  host::OrProblem<host::Answer> get(const std::string& core, const std::string& screen) {
    return ask("/v1/screens/{core}/{screen}", {{"core", core}, {"screen", screen}});
  }
  host::OrProblem<host::Answer> ask(const std::string& pattern,
                                    const std::map<std::string, std::string>& params) {
    http::Request request;
    request.params = params;
    const host::Asked asked{request, {}, {}, clock.now(), random};
    const auto reader = db->reader();
    const std::vector<host::Route> all = routes();
    const auto route = std::find_if(all.begin(), all.end(),
                                    [&](const host::Route& r) { return r.pattern == pattern; });
    return std::get<host::Query>(route->handle)(asked, **reader);
  }

  ManualClock clock{kNow};
  SeededRandom random{7};
  Metrics metrics;
  std::vector<bus::Message> published;
  std::unique_ptr<store::Store> db = *store::open_sqlite({":memory:"}, nullptr);
  std::unique_ptr<host::Service> monitors = make_service("dev");
  host::Host host{{*db,
                   clock,
                   random,
                   metrics,
                   {[this](std::vector<bus::Message> all) {
                      published.insert(published.end(), all.begin(), all.end());
                    },
                    {}},
                   {}},
                  {monitors.get()},
                  {}};
};

TEST_F(MonitorsTest, OneAndSixtyFourMessagesCostTheSame) {
  const auto cost_of = [&](int messages) {
    const std::uint64_t before = db->statements();
    for (int i = 0; i < messages; ++i) {
      const std::string core = "core-" + std::to_string(i);
      if (i % 2 == 0) post(show("checking", "left", core));
      if (i % 2 == 1) post(shown(std::nullopt, true, "left", core));
    }
    EXPECT_EQ(tick().size(), static_cast<std::size_t>(messages));
    return db->statements() - before;
  };
  const std::uint64_t one = cost_of(1);
  EXPECT_EQ(one, cost_of(64)) << "a batch costs what one message costs";
}

TEST_F(MonitorsTest, OfSeveralStatesInABatchTheLastIsSent) {
  post(show("checking"));
  post(show("mismatch"));
  post(show("idle", "right"));
  post(show("paid"));
  const auto sent = tick();
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(state_in(sent[0]).screen, ScreenId("right"));
  EXPECT_EQ(state_in(sent[1]).status, "paid");
  EXPECT_EQ(state_in(sent[1]).version, 3) << "versions rise by each state";
}

TEST_F(MonitorsTest, KeepsWhatWasPaintedOfAnOrder) {
  const auto painted = [&] {
    std::string all;
    const auto answer = ask("/v1/orders/{id}/shown", {{"id", "o-1"}});
    for (const Json& one : *answer->body.at("data")->as_array()) {
      all += std::to_string(one.int_at("version")) + " " + one.text_at("status") + " ";
    }
    return all;
  };
  Show first = show("checking");
  first.state.order = OrderId("o-1");
  post(first);
  tick();
  EXPECT_EQ(painted(), "") << "it was asked for, and nobody saw it";
  for (int times = 0; times < 2; ++times) {
    post(shown(1));
    tick();
  }
  EXPECT_EQ(painted(), "1 checking ");
  first.state.status = "paid";
  post(first);
  post(shown(1));  // of what was there before
  tick();
  post(shown(2));
  tick();
  EXPECT_EQ(painted(), "1 checking 2 paid ");
}

// Runs every statement: the story of a screen from its first word to a restored backup.
TEST_F(MonitorsTest, RepeatsUntilPaintedAndContinuesAboveWhatWasPainted) {
  Repeater repeater("dev");
  const auto repeats = [&] {
    const auto reader = db->reader();
    return *repeater.repeats(**reader, clock.now());
  };
  post(shown(std::nullopt, true));
  ASSERT_EQ(tick().size(), 1U);
  EXPECT_EQ(state_in(published[0]).status, "idle");
  Show first = show("checking");
  first.state.order = OrderId("o-1");
  post(first);
  tick();
  ASSERT_EQ(repeats().size(), 1U) << "painted nothing yet";
  clock.advance(Millis(2000));
  ASSERT_EQ(repeats().size(), 1U);
  EXPECT_EQ(state_in(repeats()[0]).version, 2);
  post(shown(1));
  EXPECT_TRUE(tick().empty()) << "no report answers a report";
  EXPECT_EQ(repeats().size(), 1U) << "painted an earlier version";
  post(shown(2));
  EXPECT_TRUE(tick().empty());
  EXPECT_TRUE(repeats().empty()) << "painted what it shall";
  EXPECT_EQ(ask("/v1/orders/{id}/shown", {{"id", "o-1"}})->body.at("data")->as_array()->size(), 1U);
  post(shown(41));
  const auto above = tick();
  ASSERT_EQ(above.size(), 1U);
  EXPECT_EQ(state_in(above[0]).version, 42);
  EXPECT_EQ(state_in(above[0]).status, "checking");

  const auto answer = get("core-1", "left");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body.int_at("version"), 42);
  EXPECT_EQ(answer->body.int_at("painted"), 41);
  EXPECT_EQ(answer->body.at("state")->text_at("status"), "checking");
  EXPECT_EQ(ask("/v1/screens", {})->body.at("data")->as_array()->size(), 1U);
  EXPECT_EQ(get("core-1", "right").error().type, "screen_not_found");
  EXPECT_EQ(get("Core 1", "left").error().type, "screen_not_found");

  const std::vector<std::string> seen = db->statements_seen();
  for (const store::Statement* statement : sql::statements) {
    EXPECT_NE(std::find(seen.begin(), seen.end(), statement->name), seen.end())
        << statement->name << " was never run";
  }
}

TEST(Topic, TakesReportsOfItsOwnCoreOnly) {
  const std::vector<host::Topic> all = topics();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].filter, "screen/shown");
  const wire::UpTopic topic{{"dev", CoreId("core-1")}, "screen", "shown"};
  const auto good = all[0].decode(
      topic, R"({"core":"core-1","screen":"left","painted":3,"pages":1,"new_member":true})");
  ASSERT_TRUE(good) << good.error().detail;
  EXPECT_EQ(std::get<Shown>(std::any_cast<const In&>(good->body)), shown(3));
  const std::vector<std::string> bad{
      "",
      "[]",
      R"({"core":"core-2","screen":"left"})",
      R"({"core":"core-1"})",
      R"({"core":"core-1","screen":"a/b"})",
      R"({"core":"core-1","screen":""})",
      R"({"core":"core-1","screen":"left","painted":-1})",
      R"({"core":"core-1","screen":"left","painted":1000000000000001})",
      R"({"core":"core-1","screen":"left","painted":9223372036854775807})",
      R"({"core":"core-1","screen":"left","painted":"3"})",
      R"({"core":"core-1","screen":"left","pages":-1})",
      R"({"core":"core-1","screen":"left","pages":10001})",
  };
  for (const std::string& payload : bad) {
    const auto refused = all[0].decode(topic, payload);
    ASSERT_FALSE(refused) << payload << " was taken";
    EXPECT_TRUE(all[0].refuse(topic, payload, refused.error()).empty()) << "no answer on the bus";
  }
}

}  // namespace
}  // namespace trayline::monitors
