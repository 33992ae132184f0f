// The window line by line: an event and a time in, the actions as text out.
#include "edge/agent/sender.hpp"

#include <gtest/gtest.h>

namespace trayline::agent {
namespace {

// Jitter in the middle: waits are exactly 2, 4, 8 ... s.
class MiddleRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override { std::fill(out.begin(), out.end(), 0); }
};

class Window : public testing::Test {
 protected:
  std::string at(std::int64_t ms, const SenderEvent& event) {
    std::string text;
    for (const SenderAction& action : sender.step(event, Millis(ms))) {
      if (!text.empty()) text += " ";
      if (const Send* send = std::get_if<Send>(&action)) {
        text += "send " + send->row.key;
      } else if (const Forget* forget = std::get_if<Forget>(&action)) {
        text += "forget " + std::to_string(forget->seq);
      } else {
        const Load& load = std::get<Load>(action);
        text += "load " + load.function + ">" + std::to_string(load.after) + "x" +
                std::to_string(load.most);
      }
    }
    return text;
  }
  static Row row(std::int64_t seq, const std::string& function = "camera",
                 Class cls = Class::critical) {
    const std::string key = function.substr(0, 1) + std::to_string(seq);
    return Row{seq, key, function, "t", cls, "{}", "hash-" + key};
  }
  static Stored stored(std::int64_t seq) { return {row(seq)}; }
  static Answered ack(const std::string& key) { return {key, ""}; }
  // With zero bytes the draw is the least: 80 % of the wait.
  std::int64_t due() const { return sender.due() ? sender.due()->count() : -1; }

  MiddleRandom random;
  SenderLimits limits{.window = 4};
  Sender sender{random, limits};
};

TEST_F(Window, WaitsForAConnectionAndThenSendsInOrder) {
  EXPECT_EQ(at(0, stored(1)), "");
  EXPECT_EQ(at(1, stored(2)), "");
  EXPECT_EQ(due(), -1);
  EXPECT_EQ(at(5, Connected{}), "send c1 send c2");
  EXPECT_EQ(at(6, stored(3)), "send c3");
  EXPECT_EQ(at(7, ack("c1")), "");
}

TEST_F(Window, SendsAgainWithDoublingWaitsUntilTheAnswer) {
  at(0, Connected{});
  EXPECT_EQ(at(0, stored(1)), "send c1");
  std::int64_t now = 0;
  for (const std::int64_t wait :
       {1600, 3200, 6400, 12800, 25600, 51200, 102400, 204800, 409600, 480000, 480000}) {
    EXPECT_EQ(due(), now + wait);
    EXPECT_EQ(at(now + wait - 1, Tick{}), "") << "too early";
    now += wait;
    EXPECT_EQ(at(now, Tick{}), "send c1");
  }
  EXPECT_EQ(at(now, ack("c1")), "");
  EXPECT_EQ(due(), -1);
}

TEST_F(Window, NothingOvertakesAnOverdueRow) {
  at(0, Connected{});
  at(0, stored(1));
  at(1500, stored(2));
  EXPECT_EQ(at(1600, Tick{}), "send c1 send c2");
  EXPECT_TRUE(sender.stalled());
  EXPECT_EQ(at(1700, stored(3)), "") << "a newer row would reach the cloud first";
  EXPECT_EQ(at(1800, ack("c1")), "send c3");
  EXPECT_FALSE(sender.stalled());
}

TEST_F(Window, ARowThatIsNeverAnsweredDoesNotBlockTheOthers) {
  at(0, Connected{});
  at(0, stored(1));
  at(0, stored(2));
  EXPECT_EQ(at(1600, Tick{}), "send c1 send c2");
  EXPECT_EQ(at(1700, ack("c2")), "");
  EXPECT_EQ(at(1800, stored(3)), "send c3");
}

TEST_F(Window, ANewConnectionSendsEverythingAgainAtOnce) {
  at(0, Connected{});
  at(0, stored(1));
  at(0, stored(2));
  EXPECT_EQ(at(10, Lost{}), "");
  EXPECT_EQ(at(5000, Tick{}), "") << "nothing to send to";
  EXPECT_EQ(at(5001, stored(3)), "");
  EXPECT_EQ(at(6000, Connected{}), "send c1 send c2 send c3");
  EXPECT_EQ(due(), 7600);
}

TEST_F(Window, TheBrokersAnswerEndsOnlyWhatIsNotCritical) {
  at(0, Connected{});
  EXPECT_EQ(at(0, stored(1)), "send c1");
  EXPECT_EQ(at(0, Stored{row(2, "screen", Class::latest)}), "send s2");
  EXPECT_EQ(at(1, Delivered{1}), "");
  EXPECT_EQ(at(1, Delivered{2}), "forget 2");
  EXPECT_EQ(at(1600, Tick{}), "send c1");
}

TEST_F(Window, ARefusalMayNameThePayloadsHash) {
  at(0, Connected{});
  at(0, stored(1));
  EXPECT_EQ(at(1, Answered{"", "hash-c1"}), "");
  EXPECT_EQ(due(), -1);
}

TEST_F(Window, AnswersForRowsThatAreGoneAreHarmless) {
  at(0, Connected{});
  at(0, stored(1));
  EXPECT_EQ(at(1, ack("c1")), "");
  EXPECT_EQ(at(2, ack("c1")), "");
  EXPECT_EQ(at(3, ack("never-was")), "");
  EXPECT_EQ(at(4, Delivered{1}), "");
}

TEST_F(Window, KeepsAWindowInMemoryAndLoadsTheRestInOrder) {
  at(0, Connected{});
  for (int seq = 1; seq <= 4; ++seq) at(0, stored(seq));
  EXPECT_EQ(at(0, stored(5)), "") << "the window is full";
  EXPECT_EQ(at(0, stored(6)), "");
  EXPECT_EQ(at(1, ack("c1")), "");
  EXPECT_EQ(at(1, ack("c2")), "load camera>4x2");
  EXPECT_EQ(at(1, stored(7)), "") << "it would overtake the rows on disk";
  EXPECT_EQ(at(2, Loaded{"camera", {row(5), row(6)}, true}), "send c5 send c6");
  EXPECT_EQ(at(3, ack("c3")), "");
  EXPECT_EQ(at(3, ack("c4")), "load camera>6x2");
  EXPECT_EQ(at(4, Loaded{"camera", {row(7)}, false}), "send c7");
  EXPECT_EQ(at(5, stored(8)), "send c8");
}

TEST_F(Window, StartsWithWhatIsOnDisk) {
  EXPECT_EQ(at(0, Waiting{"camera"}), "load camera>0x4");
  EXPECT_EQ(at(0, Connected{}), "");
  EXPECT_EQ(at(1, Loaded{"camera", {row(3)}, false}), "send c3");
}

TEST_F(Window, OneFunctionsSilenceDoesNotStopAnother) {
  at(0, Connected{});
  for (int seq = 1; seq <= 4; ++seq) at(0, stored(seq));
  EXPECT_EQ(at(1600, Tick{}), "send c1 send c2 send c3 send c4");
  EXPECT_EQ(at(1601, Stored{row(9, "screen", Class::latest)}), "send s9");
}

TEST_F(Window, AReplacedRowIsNotSentAnyMore) {
  at(0, Stored{row(1, "screen", Class::latest)});
  EXPECT_EQ(at(0, Gone{1}), "");
  at(0, Stored{row(2, "screen", Class::latest)});
  EXPECT_EQ(at(1, Connected{}), "send s2");
}

TEST_F(Window, GoesOnWhenWhatItWaitedForIsGone) {
  at(0, Connected{});
  at(0, stored(1));
  EXPECT_EQ(at(1600, Tick{}), "send c1");
  EXPECT_EQ(at(1700, stored(2)), "") << "stalled";
  EXPECT_EQ(at(1800, Gone{1}), "send c2") << "dropped for want of room, nobody answers it any more";
  EXPECT_FALSE(sender.stalled());
}

TEST(WindowJitter, StaysWithinAFifth) {
  SeededRandom random(7);
  for (int i = 0; i < 200; ++i) {
    Sender sender(random);
    sender.step(Connected{}, Millis(0));
    sender.step(Stored{Row{1, "k", "f", "t", Class::critical, "{}", "h"}}, Millis(0));
    const std::int64_t wait = sender.due().value().count();
    EXPECT_GE(wait, 1600);
    EXPECT_LE(wait, 2400);
  }
}

}  // namespace
}  // namespace trayline::agent
