// Decisions about accounts, without a store.
#include "cloud/accounts/decide.hpp"

#include <gtest/gtest.h>

namespace trayline::accounts {
namespace {

using namespace wire::accounts;
const Time kNow = from_ms(1'800'000'000'000);

SignUp sign_up(const std::string& id, const std::string& name) {
  return {.user = UserId(id),
          .username = name,
          .username_key = name,
          .attributes = {{"email", name + "@example.org"}},
          .verifier = "sealed",
          .code = {"right", "sealed-code", to_ms(kNow) + 1000}};
}
SignIn sign_in(const std::string& id, const std::string& family) {
  return {.user = UserId(id),
          .verifier = "sealed",
          .client = "app",
          .origin_jti = family,
          .refresh_hash = "hash-" + family,
          .expires_ms = to_ms(kNow) + 5000};
}

// Runs messages one after the other, as a batch does.
struct Pool {
  Settings settings;
  Snapshot snapshot;
  std::vector<Decision> decisions;

  // The exception's name, or "ok".
  std::string run(const In& in, Time now = kNow) {
    decisions.push_back(decide(settings, snapshot, in, 7, now));
    apply(snapshot, decisions.back());
    const auto& replies = decisions.back().out.replies;
    if (replies.empty()) return "no reply";
    EXPECT_EQ(replies[0].request, 7u);
    return replies[0].answer.problem ? replies[0].answer.problem->type : "ok";
  }
  User& user() { return snapshot.users.front(); }
};

TEST(SignUpDecision, MakesAnUnconfirmedUserAndAsksForACodeOnce) {
  Pool pool;
  EXPECT_EQ(pool.run(sign_up("u1", "ada")), "ok");
  ASSERT_EQ(pool.decisions[0].out.effects.size(), 1u);
  EXPECT_EQ(pool.decisions[0].out.effects[0].kind, "accounts.code");
  EXPECT_EQ(pool.decisions[0].out.effects[0].body.dump().find("right"), std::string::npos);
  EXPECT_EQ(pool.run(sign_up("u2", "ada")), "UsernameExistsException") << "within one batch";
  EXPECT_EQ(pool.snapshot.users.size(), 1u);
}

TEST(ConfirmDecision, FollowsTheTableOfCodes) {
  struct Case {
    std::string what;
    std::string hash;
    std::int64_t wrong_before;
    std::int64_t later_ms;
    std::string outcome;
  };
  const std::vector<Case> table{
      {"the right code", "right", 0, 0, "ok"},
      {"a wrong code", "wrong", 0, 0, "CodeMismatchException"},
      {"the right code after four wrong ones", "right", 4, 0, "ok"},
      {"the right code after five wrong ones", "right", 5, 0, "TooManyFailedAttemptsException"},
      {"the right code a moment before its end", "right", 0, 999, "ok"},
      {"the right code at its end", "right", 0, 1000, "ExpiredCodeException"},
  };
  for (const Case& c : table) {
    Pool pool;
    pool.run(sign_up("u1", "ada"));
    for (int i = 0; i < c.wrong_before; ++i) pool.run(ConfirmSignUp{"ada", "wrong"});
    EXPECT_EQ(pool.run(ConfirmSignUp{"ada", c.hash}, kNow + Millis(c.later_ms)), c.outcome)
        << c.what;
    EXPECT_EQ(pool.user().status == Status::confirmed, c.outcome == "ok") << c.what;
  }
}

TEST(ConfirmDecision, IsRefusedTwiceAndForNobody) {
  Pool pool;
  pool.run(sign_up("u1", "ada"));
  EXPECT_EQ(pool.run(ConfirmSignUp{"bob", "right"}), "CodeMismatchException");
  EXPECT_EQ(pool.run(ConfirmSignUp{"ada", "right"}), "ok");
  EXPECT_EQ(pool.user().attribute("email_verified"), "true");
  EXPECT_EQ(pool.run(ConfirmSignUp{"ada", "right"}), "NotAuthorizedException");
}

TEST(ResendDecision, ReplacesTheCodeAndSaysNothingAboutStrangers) {
  Pool pool;
  pool.run(sign_up("u1", "ada"));
  for (int i = 0; i < 5; ++i) pool.run(ConfirmSignUp{"ada", "wrong"});
  EXPECT_EQ(pool.run(ResendCode{"ada", "ada", {"new", "s", to_ms(kNow) + 2000}}), "ok");
  EXPECT_EQ(pool.run(ConfirmSignUp{"ada", "right"}), "CodeMismatchException");
  EXPECT_EQ(pool.run(ConfirmSignUp{"ada", "new"}), "ok");
  EXPECT_EQ(pool.run(ResendCode{"ada", "ada", {"x", "s", 1}}), "InvalidParameterException");
  EXPECT_EQ(pool.run(ResendCode{"bob@example.org", "bob@example.org", {"x", "s", 1}}), "ok");
  EXPECT_TRUE(pool.decisions.back().out.effects.empty()) << "nothing is sent to a stranger";
}

TEST(SignInDecision, NeedsAConfirmedUserWithTheSameVerifier) {
  Pool pool;
  EXPECT_EQ(pool.run(sign_in("u1", "f1")), "NotAuthorizedException") << "nobody";
  pool.run(sign_up("u1", "ada"));
  EXPECT_EQ(pool.run(sign_in("u1", "f1")), "NotAuthorizedException") << "unconfirmed";
  pool.run(ConfirmSignUp{"ada", "right"});
  EXPECT_EQ(pool.run(sign_in("u1", "f1")), "ok");
  EXPECT_EQ(pool.decisions.back().session->refresh_hash, "hash-f1");
  pool.user().verifier = "changed meanwhile";
  EXPECT_EQ(pool.run(sign_in("u1", "f2")), "NotAuthorizedException");
}

TEST(SignInDecision, CountsFailuresUpToTheLimitAndForgetsThemOnSuccess) {
  Pool pool;
  pool.settings.failures_max = 3;
  pool.run(sign_up("u1", "ada"));
  pool.run(ConfirmSignUp{"ada", "right"});
  for (int i = 0; i < 9; ++i) pool.run(SignInFailed{UserId("u1")});
  EXPECT_EQ(pool.user().failures, 3);
  pool.run(SignInFailed{UserId("nobody")});
  pool.run(sign_in("u1", "f1"));
  EXPECT_EQ(pool.user().failures, 0);
}

TEST(SignInDecision, ForgetsFailuresAfterAWhileHoweverOftenItIsTriedMeanwhile) {
  Pool pool;
  pool.settings.failures_max = 3;
  pool.settings.failures_life = Millis(1000);
  pool.run(sign_up("u1", "ada"));
  const auto fail_at = [&](std::int64_t ms) {
    pool.run(SignInFailed{UserId("u1")}, kNow + Millis(ms));
    return pool.user().failures;
  };
  const auto closed_at = [&](std::int64_t ms) {
    return closed(pool.settings, pool.user(), kNow + Millis(ms));
  };
  EXPECT_EQ(fail_at(0), 1);
  EXPECT_EQ(fail_at(999), 2);
  EXPECT_EQ(fail_at(1998), 3) << "in a row, each before the one before it was forgotten";
  EXPECT_TRUE(closed_at(1998));
  for (std::int64_t ms = 2000; ms < 2998; ms += 100) fail_at(ms);
  EXPECT_TRUE(closed_at(2997));
  EXPECT_FALSE(closed_at(2998)) << "whoever goes on failing keeps the account closed";
  EXPECT_EQ(fail_at(2998), 1) << "old failures came back";
}

TEST(SignOutDecision, EndsWhatStoodBeforeItAndNothingAfter) {
  Pool pool;
  pool.run(sign_up("u1", "ada"));
  pool.run(ConfirmSignUp{"ada", "right"});
  pool.run(sign_in("u1", "before"));
  pool.run(SignOut{UserId("u1")});
  EXPECT_EQ(pool.decisions.back().out.wake, std::vector<std::string>{"accounts.revocations"});
  pool.run(sign_in("u1", "after"));
  pool.run(sign_in("u1", "revoked"));
  pool.run(RevokeToken{"app", "hash-revoked"});
  const SessionWrites writes = session_writes(pool.decisions, kNow);
  ASSERT_EQ(writes.added.size(), 3u);
  EXPECT_TRUE(writes.added[0].revoked_ms);
  EXPECT_FALSE(writes.added[1].revoked_ms) << "signed in within the same moment, but later";
  EXPECT_TRUE(writes.added[2].revoked_ms);
}

TEST(SignInDecision, AsksForOnePurgeAnHour) {
  Pool pool;
  pool.run(sign_up("u1", "ada"));
  pool.run(ConfirmSignUp{"ada", "right"});
  pool.run(sign_in("u1", "a"));
  pool.run(sign_in("u1", "b"), kNow + Millis(1));
  const auto& first = pool.decisions[2].out.timers.at(0);
  const auto& second = pool.decisions[3].out.timers.at(0);
  EXPECT_EQ(first.id, second.id);
  EXPECT_GT(first.due, kNow);
}

TEST(Masked, ShowsNoMoreThanFirstLetters) {
  EXPECT_EQ(masked("ada@example.org"), "a***@e***");
  EXPECT_EQ(masked("ada"), "a***@***");
  EXPECT_EQ(masked(""), "***@***");
}

}  // namespace
}  // namespace trayline::accounts
