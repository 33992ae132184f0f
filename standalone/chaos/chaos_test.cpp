// The campaign's own judgement, its disk, and short campaigns with the real programs: a long one is
// `trayline bench kill`.
#include "standalone/chaos/chaos.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "infra/broker/process.hpp"
#include "standalone/chaos/campaign.hpp"
#include "standalone/chaos/database.hpp"

namespace trayline::chaos {
namespace {

namespace fs = std::filesystem;

// One paid order with its tray, everywhere as it should be.
Facts good() {
  Facts facts;
  Visit visit;
  visit.core = "c1";
  visit.station = "s1";
  visit.order = "o1";
  visit.total_minor = 790;
  visit.told = "paid";
  visit.trays = {{"p1", true}};
  visit.over = true;
  facts.visits = {visit};
  facts.orders["o1"] = {"paid", 790};
  facts.charges["o1"] = {1, 790};
  facts.answered = {"p1"};
  facts.monitors["c1/w1"] = {4, 4};
  ScreenSeen screen;
  screen.core = "c1";
  screen.screen = "w1";
  screen.live = true;
  screen.version = 4;
  screen.status = "paid";
  screen.order = screen.newest_order = "o1";
  facts.screens = {screen};
  return facts;
}

TEST(Audit, FindsNothingWhereAllIsWell) {
  const Audit all = audit(good());
  EXPECT_TRUE(all.ok()) << (all.why.empty() ? "" : all.why[0]);
  EXPECT_EQ(all.orders, 1);
  EXPECT_EQ(all.acked, 1);
}

struct Spoiled {
  const char* what;
  void (*spoil)(Facts&);
  std::int64_t Audit::*counter;
};

TEST(Audit, FindsEveryKindOfBrokenPromise) {
  const Spoiled cases[] = {
      {"a prediction that is nowhere", [](Facts& f) { f.answered.clear(); }, &Audit::lost},
      {"an order that was forgotten", [](Facts& f) { f.orders.clear(); }, &Audit::lost},
      {"a prediction that was refused", [](Facts& f) { f.quarantined = {"p1"}; },
       &Audit::quarantined},
      {"a second charge",
       [](Facts& f) {
         f.charges["o1"] = {2, 1580};
       },
       &Audit::doubles},
      {"paid without a charge", [](Facts& f) { f.charges.clear(); }, &Audit::missing},
      {"a tray that matched and was not paid",
       [](Facts& f) {
         f.orders["o1"].state = "authorised";
         f.visits[0].told = "authorised";
         f.charges.clear();
       },
       &Audit::missing},
      {"another amount", [](Facts& f) { f.charges["o1"].minor = 789; }, &Audit::wrong_amount},
      {"a mismatch that was charged",
       [](Facts& f) {
         f.visits[0].kind = Kind::mismatch;
         f.visits[0].told = f.orders["o1"].state = "mismatch";
       },
       &Audit::unasked},
      {"paid and no longer", [](Facts& f) { f.orders["o1"].state = "review"; }, &Audit::gone_back},
      {"a visit without an end", [](Facts& f) { f.visits[0].stuck = true; }, &Audit::stuck},
      {"provider and orders apart", [](Facts& f) { f.charges.clear(); }, &Audit::difference},
      {"an old screen", [](Facts& f) { f.screens[0].version = 3; }, &Audit::screens_wrong},
      {"a screen that nobody knows to be right",
       [](Facts& f) { f.monitors["c1/w1"].painted.reset(); }, &Audit::screens_wrong},
      {"a screen with another order", [](Facts& f) { f.screens[0].order = "o0"; },
       &Audit::screens_wrong},
      {"a screen that says something else", [](Facts& f) { f.screens[0].status = "checking"; },
       &Audit::screens_wrong},
      {"a screen that is cut off", [](Facts& f) { f.screens[0].live = false; },
       &Audit::screens_wrong},
  };
  for (const Spoiled& c : cases) {
    Facts facts = good();
    c.spoil(facts);
    const Audit all = audit(facts);
    EXPECT_NE(all.*c.counter, 0) << c.what << " was not found";
    EXPECT_FALSE(all.ok()) << c.what;
  }
}

TEST(Audit, APredictionMayWaitAtTheEdge) {
  Facts facts = good();
  facts.answered.clear();
  facts.waiting = {"p1"};
  EXPECT_EQ(audit(facts).lost, 0);
}

TEST(Blow, TheSeedIsTheWholeHistory) {
  const std::vector<std::string> victims = {"mosquitto", "cloud-1", "edge-c1", "camera-c1"};
  SeededRandom one(7);
  SeededRandom two(7);
  std::set<std::string> hit;
  std::set<std::optional<Moment>> when;
  for (int i = 0; i < 500; ++i) {
    const Blow a = draw_blow(one, victims);
    const Blow b = draw_blow(two, victims);
    ASSERT_TRUE(a.victim == b.victim && a.after == b.after && a.delay == b.delay) << i;
    hit.insert(a.victim);
    when.insert(a.after);
  }
  EXPECT_EQ(hit.size(), victims.size());
  EXPECT_EQ(when.size(), kMoments + 1) << "every moment, and any time";
}

TEST(Blow, SomePausesOutlastALease) {
  SeededRandom random(1);
  int beyond = 0;
  for (int i = 0; i < 1'000; ++i) {
    const Millis pause = draw_pause(random);
    ASSERT_TRUE(pause >= Millis(200) && pause <= Millis(60'000)) << pause.count();
    beyond += pause > Millis(30'000) ? 1 : 0;
  }
  EXPECT_TRUE(beyond > 20 && beyond < 100) << beyond;
}

TEST(Percentile, IsAValueOfTheList) {
  EXPECT_EQ(percentile({}, 0.99), 0);
  EXPECT_EQ(percentile({5}, 0.99), 5);
  EXPECT_EQ(percentile({4, 1, 3, 2}, 0.5), 2);
  EXPECT_EQ(percentile({4, 1, 3, 2}, 0.99), 4);
}

class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "trayline-chaos-test-XXXXXX").string();
    path = ::mkdtemp(pattern.data());
  }
  ~Folder() { fs::remove_all(path); }
  std::string path;
};

void write(const std::string& file, bool sync) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  ASSERT_EQ(::write(fd, "promised", 8), 8);
  if (sync) {
    ASSERT_EQ(::fsync(fd), 0);
  }
  ::close(fd);
}

// Without this a campaign of power cuts would find nothing whatever the product does.
TEST(Disk, ACutLosesWhatWasNotSyncedAndNothingElse) {
  const pid_t child = ::fork();  // which may leave the mounts of the test
  if (child == 0) {
    int status = 0;
    if (!enter_private_mounts()) ::_exit(kSkipped);
    const Folder folder;
    Result<Disk> disk = Disk::make(folder.path + "/disk");
    if (!disk) {
      std::fprintf(stderr, "%s\n", disk.error().detail.c_str());
      ::_exit(kSkipped);
    }
    write(folder.path + "/disk/synced", true);
    write(folder.path + "/disk/not-synced", false);
    if (!disk->cut()) status = 1;
    if (!fs::exists(folder.path + "/disk/synced")) status = 2;
    if (fs::exists(folder.path + "/disk/not-synced") &&
        fs::file_size(folder.path + "/disk/not-synced") != 0) {
      status = 3;
    }
    { const Disk gone = std::move(*disk); }
    fs::remove_all(folder.path);
    ::_exit(status);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WEXITSTATUS(status) == kSkipped) GTEST_SKIP() << "no root or no loop devices here";
  EXPECT_EQ(WEXITSTATUS(status), 0) << "1: not cut, 2: synced and lost, 3: not synced and kept";
}

// What PostgreSQL is asked comes back as texts, column by column.
TEST(Database, AnswersOnPostgres) {
  if (postgres_program("pg_ctl").empty()) GTEST_SKIP() << "PostgreSQL 15 is not installed";
  const Folder folder;
  fs::permissions(folder.path, fs::perms::owner_all | fs::perms::others_exec);
  Stage stage;
  stage.options.engine = Engine::postgres;
  stage.disks.postgres = folder.path + "/postgres";
  stage.postgres_port = broker::free_port();
  const Result<void> made = make_cluster(stage);
  ASSERT_TRUE(made) << made.error().detail;
  const std::vector<std::string> control = {postgres_program("pg_ctl"), "-D", postgres_data(stage)};
  std::vector<std::string> start = control;
  start.insert(
      start.end(),
      {"-w", "-s", "-l", postgres_data(stage) + "/log", "-o",
       "-k '' -c listen_addresses=127.0.0.1 -p " + std::to_string(stage.postgres_port), "start"});
  std::vector<std::string> stop = control;
  stop.insert(stop.end(), {"-m", "immediate", "-s", "stop"});
  const Result<std::string> started = run_program(start, kPostgresUser);
  ASSERT_TRUE(started) << started.error().detail;
  const Result<Table> table = ask_cloud(
      stage, "SELECT 'a' AS one, '' AS two UNION ALL SELECT 'b', '2' ORDER BY 1", {"one", "two"});
  EXPECT_TRUE(run_program(stop, kPostgresUser));
  ASSERT_TRUE(table) << table.error().detail;
  EXPECT_EQ(*table, (Table{{"a", ""}, {"b", "2"}}));
}

TEST(Database, SaysWhatAProgramSaidThatFailed) {
  const Result<std::string> failed = run_program({"sh", "-c", "echo no luck; exit 3"});
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().detail.find("no luck"), std::string::npos) << failed.error().detail;
  EXPECT_EQ(run_program({"/no/such/program"}).error().code, Code::not_found);
}

// The other end of a feeder, as the feed function is.
class Feed {
 public:
  explicit Feed(const std::string& path) : fd_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size());
    EXPECT_EQ(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    const timeval most{5, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof(most));
  }
  ~Feed() { ::close(fd_); }
  std::string hear() const {
    std::string line;
    for (char c; ::recv(fd_, &c, 1, 0) == 1 && c != '\n';) line.push_back(c);
    return line;
  }
  void say(const std::string& line) const {
    EXPECT_EQ(::send(fd_, line.data(), line.size(), 0), static_cast<ssize_t>(line.size()));
  }

 private:
  int fd_;
};

// A function that was killed before it answered gets the message again, and so does one whose hub
// refused it; only ok ends that.
TEST(Feeder, HandsOverUntilTheHubSaysOk) {
  const Folder folder;
  const std::string path = folder.path + "/feed";
  Loop loop;
  Feeder feeder(loop);
  ASSERT_TRUE(feeder.listen(path));
  int accepted = 0;
  feeder.publish("k1", "predictions", Json(7), [&] {
    ++accepted;
    loop.stop();
  });
  std::thread function([&] {
    const std::string line = R"({"key":"k1","topic":"predictions","body":7})";
    { EXPECT_EQ(Feed(path).hear(), line); }
    const Feed feed(path);
    EXPECT_EQ(feed.hear(), line);
    feed.say("{\"key\":\"k1\",\"ok\":false,\"why\":\"full\"}\n");
    EXPECT_EQ(feed.hear(), line);
    feed.say("{\"key\":\"k1\",\"ok\":true}\n");
  });
  const Loop::Timer deadline = loop.after(Millis(20'000), [&] { loop.stop(); });
  loop.run();
  function.join();
  EXPECT_EQ(accepted, 1);
}

}  // namespace
}  // namespace trayline::chaos
