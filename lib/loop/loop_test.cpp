#include "lib/loop/loop.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <optional>
#include <string>
#include <thread>

namespace trayline {
namespace {

using std::chrono::milliseconds;

struct Pair {
  Pair() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, fds.data()), 0); }
  ~Pair() {
    for (const int fd : fds) ::close(fd);
  }
  std::array<int, 2> fds{};
};

bool is_open(int fd) { return ::fcntl(fd, F_GETFD) != -1; }

TEST(Loop, RunsPostedTasksInTheOrderOfPosting) {
  Loop loop;
  std::string seen;
  loop.post([&] { seen += 'a'; });
  loop.post([&] {
    seen += 'b';
    loop.post([&] { seen += 'd'; });
    loop.post([&] { loop.stop(); });
  });
  loop.post([&] { seen += 'c'; });
  loop.run();
  EXPECT_EQ(seen, "abcd");
}

TEST(Loop, KeepsTheOrderOfPostsThatOneThreadHandsToAnother) {
  Loop loop;
  std::string seen;
  loop.post([&] {
    loop.post([&] { seen += "own "; });
    std::thread([&] {
      loop.post([&] { seen += "other"; });
      loop.post([&] { loop.stop(); });
    }).join();
  });
  loop.run();
  EXPECT_EQ(seen, "own other");
}

TEST(Loop, TakesPostsFromManyThreadsWithoutLosingOne) {
  Loop loop;
  constexpr int threads = 4, each = 5000;
  int count = 0;
  std::vector<std::thread> posters;
  for (int t = 0; t < threads; ++t) {
    posters.emplace_back([&] {
      for (int i = 0; i < each; ++i) {
        loop.post([&] {
          if (++count == threads * each) loop.stop();
        });
      }
    });
  }
  loop.run();
  for (auto& poster : posters) poster.join();
  EXPECT_EQ(count, threads * each);
}

TEST(Loop, StopsBeforeTheNextTaskAndGoesOnWhenRunAgain) {
  Loop loop;
  int ran = 0;
  loop.post([&] { loop.stop(); });
  loop.post([&] { ++ran; });
  loop.run();
  EXPECT_EQ(ran, 0) << "run() went on after stop()";
  loop.post([&] { loop.stop(); });
  loop.run();
  EXPECT_EQ(ran, 1);
}

TEST(Loop, ReturnsAtOnceWhenItWasStoppedBeforeItRan) {
  Loop loop;
  loop.stop();
  loop.run();
}

TEST(Loop, KnowsItsOwnThread) {
  Loop loop;
  EXPECT_FALSE(loop.here());
  bool inside = false;
  loop.post([&] {
    inside = loop.here();
    loop.stop();
  });
  loop.run();
  EXPECT_TRUE(inside);
}

TEST(Loop, IgnoresBrokenPipes) {
  const Loop loop;
  Pair pair;
  ::shutdown(pair.fds[1], SHUT_RDWR);
  EXPECT_EQ(::write(pair.fds[0], "x", 1), -1);
  EXPECT_EQ(errno, EPIPE) << "and the process still lives";
}

TEST(Loop, RunsTimersInTheOrderOfTheirDelays) {
  Loop loop;
  std::string seen;
  const auto late = loop.after(milliseconds(20), [&] {
    seen += 'b';
    loop.stop();
  });
  const auto early = loop.after(milliseconds(1), [&] { seen += 'a'; });
  loop.run();
  EXPECT_EQ(seen, "ab");
}

TEST(Loop, NeverRunsATimerThatWasDestroyedEvenIfItHadExpired) {
  Loop loop;
  std::optional<Loop::Timer> victim;
  bool ran = false;
  // Both have expired when the loop looks; the first destroys the second in its queue.
  const auto killer = loop.after(milliseconds(0), [&] { victim.reset(); });
  victim = loop.after(milliseconds(0), [&] { ran = true; });
  const auto end = loop.after(milliseconds(5), [&] { loop.stop(); });
  loop.run();
  EXPECT_FALSE(ran);
}

TEST(Loop, LetsATimerDestroyOrReplaceItselfInItsTask) {
  Loop loop;
  Loop::Timer timer;
  int fired = 0;
  std::function<void()> again = [&] {
    if (++fired == 3) return loop.stop();
    timer = loop.after(milliseconds(0), again);
  };
  timer = loop.after(milliseconds(0), again);
  loop.run();
  EXPECT_EQ(fired, 3);
}

TEST(Watch, CallsAgainWhileThereIsSomethingLeftToRead) {
  Loop loop;
  Pair pair;
  ASSERT_EQ(::write(pair.fds[1], "abc", 3), 3);
  std::string seen;
  const auto watch = loop.watch(pair.fds[0], true, false, [&](bool readable, bool writable) {
    EXPECT_TRUE(readable);
    EXPECT_FALSE(writable);
    char byte = 0;
    ASSERT_EQ(::read(pair.fds[0], &byte, 1), 1);
    seen += byte;
    if (seen.size() == 3) loop.stop();
  });
  loop.run();
  EXPECT_EQ(seen, "abc");
}

TEST(Watch, ReportsWritableOnlyWhileThatIsWanted) {
  Loop loop;
  Pair pair;
  int writable_calls = 0;
  Loop::Watch watch;
  watch = loop.watch(pair.fds[0], true, true, [&](bool, bool writable) {
    if (writable && ++writable_calls == 2) {
      watch.want(true, false);
      ASSERT_EQ(::write(pair.fds[1], "x", 1), 1);
    }
    if (!writable) loop.stop();
  });
  loop.run();
  EXPECT_EQ(writable_calls, 2);
}

TEST(Watch, ReportsTheEndOfAStreamAsReadable) {
  Loop loop;
  Pair pair;
  ::shutdown(pair.fds[1], SHUT_WR);
  char byte = 0;
  ssize_t got = -1;
  const auto watch = loop.watch(pair.fds[0], true, false, [&](bool, bool) {
    got = ::read(pair.fds[0], &byte, 1);
    loop.stop();
  });
  loop.run();
  EXPECT_EQ(got, 0);
}

TEST(Watch, LeavesTheDescriptorOpenWhenItEndsInItsOwnTask) {
  Loop loop;
  Pair pair;
  ASSERT_EQ(::write(pair.fds[1], "abc", 3), 3);
  std::optional<Loop::Watch> watch;
  int calls = 0;
  watch = loop.watch(pair.fds[0], true, true, [&](bool, bool) {
    ++calls;
    watch.reset();
  });
  const auto end = loop.after(milliseconds(10), [&] { loop.stop(); });
  loop.run();
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(is_open(pair.fds[0])) << "a watch closed what it does not own";
  // And it can be watched anew.
  bool again = false;
  const auto second = loop.watch(pair.fds[0], true, false, [&](bool, bool) {
    again = true;
    loop.stop();
  });
  loop.run();
  EXPECT_TRUE(again);
}

TEST(Watch, MovesWithItsState) {
  Loop loop;
  Pair pair, other;
  bool called = false;
  auto first = loop.watch(pair.fds[0], false, true, [&](bool, bool) {
    called = true;
    loop.stop();
  });
  auto second = loop.watch(other.fds[0], false, true, [&](bool, bool) { ADD_FAILURE(); });
  second = std::move(first);
  loop.run();
  EXPECT_TRUE(called);
  EXPECT_TRUE(is_open(other.fds[0]));
}

TEST(Loop, CallsTheTaskForEachStopSignal) {
  Loop loop;
  int signals = 0;
  loop.on_stop_signal([&] {
    if (++signals == 2) return loop.stop();
    ::raise(SIGINT);
  });
  loop.post([] { ::raise(SIGTERM); });
  loop.run();
  EXPECT_EQ(signals, 2);
}

}  // namespace
}  // namespace trayline
