// Programs as children: shell scripts that come, go and refuse to go.
#include "standalone/up/keeper.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "standalone/up/state_folder.hpp"

namespace trayline::up {
namespace {

constexpr Millis kPatience{20'000};

class KeeperTest : public testing::Test {
 protected:
  KeeperTest() {
    std::string name = testing::TempDir() + "trayline-keeper-XXXXXX";
    folder_ = ::mkdtemp(name.data());
  }
  ~KeeperTest() override { std::filesystem::remove_all(folder_); }

  Program script(const std::string& name, const std::string& text) const {
    Program out;
    out.child = {name, {"/bin/sh", "-c", text}, folder_ + "/" + name + ".log", {}};
    out.ready = [](const std::string& line) { return line == "ready"; };
    return out;
  }
  // Runs the loop until the condition holds, looked at after every line and end.
  bool until(const std::function<bool()>& condition) {
    const auto deadline = loop_.after(kPatience, [this] { loop_.stop(); });
    while (!condition()) {
      bool woken = false;
      look_ = loop_.after(Millis(5), [&] {
        woken = true;
        loop_.stop();
      });
      loop_.run();
      if (!woken) return condition();
    }
    return true;
  }
  Result<void> start(Program program) {
    std::optional<Result<void>> started;
    keeper_.start(std::move(program), [&](Result<void> result) { started = std::move(result); });
    EXPECT_TRUE(until([&] { return started.has_value(); }));
    return *started;
  }
  // Not ended; one that nobody has waited for yet has ended too.
  static bool runs(const std::string& pid) {
    const std::string stat = read_text("/proc/" + pid + "/stat");
    const std::size_t name_end = stat.rfind(')');
    return name_end != std::string::npos && stat[name_end + 2] != 'Z';
  }

  std::string folder_;
  Loop loop_;
  SystemClock clock_;
  Loop::Timer look_;
  std::vector<std::string> said_;
  std::string broken_;
  Keeper keeper_{loop_,
                 clock_,
                 {[this](const std::string& text) { said_.push_back(text); },
                  [this](const Error& error) { broken_ = error.detail; }},
                 Millis(300)};
};

TEST_F(KeeperTest, IsReadyWhenTheProgramSaysSoAndKeepsItsLog) {
  ASSERT_TRUE(start(script("one", "echo first; echo ready; sleep 100")));
  EXPECT_GT(keeper_.pid("one"), 0);
  EXPECT_EQ(read_text(folder_ + "/one.log"), "first\nready\n");
  ASSERT_EQ(said_.size(), 1U);
  EXPECT_TRUE(said_[0].starts_with("one ready (")) << said_[0];
}

TEST_F(KeeperTest, TellsTheLastWordsOfAProgramThatEndsBeforeItIsReady) {
  const Result<void> started = start(script("one", "echo the disk is full >&2; exit 3"));
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().detail.find("exit status 3"), std::string::npos);
  EXPECT_NE(started.error().detail.find("the disk is full"), std::string::npos);
  EXPECT_EQ(start({{"two", {"/no/such/program"}, folder_ + "/two.log", {}}, {}}).error().code,
            Code::not_found);
}

TEST_F(KeeperTest, StartsAgainWhatMayBeStartedAgain) {
  Program program = script("cloud", "echo ready; sleep 100");
  program.restart = true;
  ASSERT_TRUE(start(std::move(program)));
  const pid_t first = keeper_.pid("cloud");
  ::kill(first, SIGKILL);
  EXPECT_TRUE(until([&] { return said_.size() == 3; })) << "end and new readiness are told";
  EXPECT_NE(keeper_.pid("cloud"), first);
  EXPECT_NE(said_[1].find("signal 9"), std::string::npos) << said_[1];
  EXPECT_EQ(broken_, "");
}

TEST_F(KeeperTest, GivesUpOnAProgramThatKeepsEnding) {
  Program program = script("cloud", "echo ready; exit 1");
  program.restart = true;
  ASSERT_TRUE(start(std::move(program)));
  EXPECT_TRUE(until([&] { return !broken_.empty(); }));
  EXPECT_NE(broken_.find("cloud ended (exit status 1)"), std::string::npos) << broken_;
}

TEST_F(KeeperTest, SaysSoWhenAProgramEndsThatMustNot) {
  ASSERT_TRUE(start(script("stripe", "echo ready; read line; echo $line; exit 4")));
  ASSERT_TRUE(keeper_.write("stripe", "out of paper"));
  EXPECT_TRUE(until([&] { return !broken_.empty(); }));
  EXPECT_NE(broken_.find("exit status 4"), std::string::npos) << broken_;
  EXPECT_NE(broken_.find("out of paper"), std::string::npos) << broken_;
}

TEST_F(KeeperTest, ComesBackAfterItWasAskedToStopWithoutACry) {
  ASSERT_TRUE(start(script("broker", "echo ready; sleep 100")));
  bool gone = false;
  keeper_.stop("broker", [&](const Result<void>&) { gone = true; });
  ASSERT_TRUE(until([&] { return gone; }));
  EXPECT_EQ(keeper_.pid("broker"), -1);
  bool back = false;
  keeper_.start_again("broker", [&](const Result<void>& result) { back = result.has_value(); });
  EXPECT_TRUE(until([&] { return back; }));
  EXPECT_EQ(broken_, "");
}

TEST_F(KeeperTest, EndsAllInReverseWithWhatTheyStarted) {
  const std::string order = folder_ + "/order";
  for (const std::string name : {"one", "two", "three"}) {
    const std::string end = "trap 'echo " + name + " >> " + order + "; exit 0' TERM; ";
    ASSERT_TRUE(start(script(name, end + "sleep 100 & echo $! > " + folder_ +
                                       "/child; echo ready; while :; do wait; done")));
  }
  bool done = false;
  keeper_.stop_all([&] { done = true; });
  ASSERT_TRUE(until([&] { return done; }));
  EXPECT_EQ(read_text(order), "three\ntwo\none\n");
  std::string child = read_text(folder_ + "/child");
  child.pop_back();
  EXPECT_TRUE(until([&] { return !runs(child); })) << "a grandchild was left behind";
  EXPECT_EQ(broken_, "");
  EXPECT_FALSE(start(script("four", "echo ready; sleep 100"))) << "nothing starts after the end";
}

TEST_F(KeeperTest, KillsWhatDoesNotEnd) {
  ASSERT_TRUE(start(script("deaf", "trap '' TERM; echo ready; while :; do sleep 1; done")));
  bool done = false;
  keeper_.stop_all([&] { done = true; });
  EXPECT_TRUE(until([&] { return done; }));
  EXPECT_EQ(keeper_.pid("deaf"), -1);
}

}  // namespace
}  // namespace trayline::up
