// The tick on a toy service: what a batch costs, and what happens when things fail.
#include "lib/host/host.hpp"

#include <gtest/gtest.h>

#include <set>

#include "lib/base/digest.hpp"
#include "lib/host/test_toy.hpp"
#include "lib/postgres/test_store.hpp"
#include "lib/store/wrapped.hpp"

namespace trayline::host {
namespace {

// Answers all effects of a turn at once, when told to.
class Provider final : public Executor {
 public:
  bool carries(std::string_view kind) const override { return kind == "toy.charge"; }
  void execute(std::vector<Claimed> effects, Done done) override {
    for (Claimed& effect : effects) {
      keys.insert(effect.key);
      held.push_back(std::move(effect));
    }
    done_ = std::move(done);
  }
  void answer_all(std::optional<Millis> retry = std::nullopt) {
    std::vector<Outcome> outcomes;
    for (const Claimed& effect : held) {
      Outcome outcome{effect.id, std::nullopt, retry, retry ? "busy" : ""};
      if (!retry)
        outcome.result = to<ToyIn>("toy", Charged{effect.body.text_at("key")}, effect.request);
      outcomes.push_back(std::move(outcome));
    }
    held.clear();
    done_(std::move(outcomes));
  }
  void answer_patiently() {
    std::vector<Outcome> outcomes;
    for (const Claimed& effect : held) {
      Outcome outcome{effect.id, std::nullopt, std::nullopt, ""};
      outcome.result = to<ToyIn>("toy", Charged{effect.body.text_at("key")});
      outcome.patient = true;
      outcomes.push_back(std::move(outcome));
    }
    held.clear();
    done_(std::move(outcomes));
  }
  void answer_without_result() {
    std::vector<Outcome> outcomes;
    for (const Claimed& effect : held) outcomes.push_back({effect.id, {}, {}, ""});
    held.clear();
    done_(std::move(outcomes));
  }
  std::vector<Claimed> held;
  std::multiset<std::string> keys;

 private:
  Done done_;
};

// A store that can lose the answer of a commit.
class Forgetful final : public store::Wrapped {
 public:
  using Wrapped::Wrapped;
  Result<void> transaction(const std::function<Result<void>(store::Session&)>& work) override {
    const Result<void> done = base_.transaction(work);
    if (done && std::exchange(lose_answer, false))
      return fail(Code::unavailable, "the answer of the commit was lost");
    return done;
  }
  bool lose_answer = false;
};

class HostTest : public testing::TestWithParam<store::Engine> {
 protected:
  void SetUp() override {
    auto opened = postgres::open_fresh(GetParam());
    if (!opened && opened.error().code == Code::not_found) GTEST_SKIP() << opened.error().detail;
    ASSERT_TRUE(opened) << opened.error().detail;
    db = std::make_unique<Forgetful>(std::move(*opened));
    restart();
  }

  void restart(bool clean = false) {
    if (clean && host) {
      host->stop();
      host->run();
    }
    host.reset();
    provider.held.clear();
    Limits limits;
    limits.queue_max = 200;
    Sinks sinks{[this](std::vector<bus::Message> all) {
                  published.insert(published.end(), all.begin(), all.end());
                },
                {}};
    host = std::make_unique<Host>(Parts{*db, clock, random, metrics, sinks, limits},
                                  std::vector<Service*>{&toy}, std::vector<Executor*>{&provider});
    const Result<void> started = host->start();
    ASSERT_TRUE(started) << started.error().detail;
  }
  void add(const std::string& key, std::int64_t n = 1, const std::string& id = "") {
    Message message = to<ToyIn>("toy", Add{key, n});
    message.id = id;
    ASSERT_TRUE(host->post(std::move(message)));
  }
  Sum sum(const std::string& key) {
    store::Rows rows(1);
    rows.add(key);
    const auto found = (*db->reader())->run(kLoad, rows);
    return found->empty() ? Sum{} : Sum{found->at(0).integer("n"), found->at(0).integer("charged")};
  }
  std::int64_t count(const char* sql) {
    const store::Statement statement{"test.count", sql, {}};
    return (*db->reader())->run(statement)->at(0).integer("n");
  }
  static std::string attempt_of(const std::string& key) {
    return "toy:" + sha256_hex(wire::variant_to_json(ToyIn(Add{key, 1})).dump());
  }
  // As if the process had ended so often while it had this in hand.
  void note_attempt(const std::string& id, std::int64_t tries) {
    const store::Statement killed{
        "test.killed", "INSERT INTO host_attempts (host, id, tries) VALUES ('', :id, :n)", {}};
    ASSERT_TRUE(db->transaction([&](store::Session& session) -> Result<void> {
      const auto done = session.run(killed, {{"id", id}, {"n", tries}});
      return done ? Result<void>() : fail(done.error());
    }));
  }

  ManualClock clock{from_ms(1'000'000)};
  SeededRandom random{7};
  Metrics metrics;
  std::unique_ptr<Forgetful> db;
  Toy toy;
  Provider provider;
  std::unique_ptr<Host> host;
  std::vector<bus::Message> published;
};

INSTANTIATE_TEST_SUITE_P(On, HostTest, testing::ValuesIn(postgres::kEngines),
                         [](const auto& tested) { return postgres::engine_name(tested.param); });

struct Cost {
  std::uint64_t commits = 0;
  std::uint64_t statements = 0;
  bool operator==(const Cost&) const = default;
};

TEST_P(HostTest, OneAndSixtyFourMessagesCostTheSame) {
  const auto cost_of = [&](int messages, const std::string& prefix) {
    const Cost before{db->commits(), db->statements()};
    for (int i = 0; i < messages; ++i) add(prefix + std::to_string(i));
    EXPECT_TRUE(host->tick());
    provider.answer_all();
    EXPECT_TRUE(host->tick());
    EXPECT_FALSE(host->tick()) << "nothing is left to do";
    return Cost{db->commits() - before.commits, db->statements() - before.statements};
  };
  const Cost one = cost_of(1, "a");
  EXPECT_EQ(published.size(), 1U);
  const Cost many = cost_of(64, "b");
  EXPECT_EQ(published.size(), 65U) << "every message reached its screen";
  EXPECT_EQ(one.commits, 2U) << "one commit before the effect and one after";
  EXPECT_EQ(one, many) << "a batch costs what one message costs; statements " << many.statements;
}

TEST_P(HostTest, DropsAMessageWithAnIdSeenBefore) {
  add("a", 1, "m-1");
  add("a", 1, "m-1");
  host->tick();
  add("a", 1, "m-1");
  host->tick();
  EXPECT_EQ(sum("a").n, 1) << "the second and the third are repeats";
}

TEST_P(HostTest, AnswersARepeatedRequestFromTheStore) {
  std::vector<Answer> answers;
  const auto ask = [&](const std::string& hash) {
    Message message = to<ToyIn>("toy", Add{"a", 5});
    message.idempotency = Idempotency{"user", "key-1", hash};
    ASSERT_TRUE(host->ask(std::move(message), [&](Answer a) { answers.push_back(std::move(a)); }));
  };
  ask("h");
  ask("h");
  host->tick();
  ask("h");
  ask("other");
  host->tick();
  // In one batch the repeat is refused before the first is answered.
  ASSERT_EQ(answers.size(), 4U);
  EXPECT_EQ(answers[0].problem->type, "in_flight");
  EXPECT_EQ(answers[1].body.int_at("n"), 5);
  EXPECT_EQ(answers[2].problem ? "" : answers[2].body.dump(), R"({"n":5})");
  EXPECT_EQ(answers[3].problem->type, "idempotency_mismatch");
  EXPECT_EQ(sum("a").n, 5) << "added once";
}

TEST_P(HostTest, TellsAParkedCallerToComeBackAfterTheLimit) {
  std::optional<Answer> answer;
  ASSERT_TRUE(host->ask(to<ToyIn>("toy", Add{"parked", 1}), [&](Answer a) { answer = a; }));
  host->tick();
  EXPECT_FALSE(answer);
  clock.advance(Millis(10'001));
  host->tick();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 202);
}

TEST_P(HostTest, GivesUpAMessageThatBreaksAndHandlesItsNeighbours) {
  add("a");
  add("poison");
  add("b");
  host->tick();
  EXPECT_EQ(sum("a").n, 1);
  EXPECT_EQ(sum("b").n, 1);
  EXPECT_EQ(count("SELECT COUNT(*) AS n FROM host_dead_letters WHERE payload LIKE '%poison%'"), 1);
  ASSERT_EQ(published.size(), 1U) << "the sender is told";
  EXPECT_EQ(published[0].topic, "refused");
}

TEST_P(HostTest, RepeatsAMessageAloneWhenAConstraintRefusesItsBatch) {
  add("a", 1);
  add("much", 5000);  // the table allows less than 1000
  host->tick();
  EXPECT_EQ(sum("a").n, 1);
  EXPECT_EQ(sum("much").n, 0);
  EXPECT_EQ(count("SELECT COUNT(*) AS n FROM host_dead_letters"), 1);
}

TEST_P(HostTest, TakesOverEffectsOfARunThatWasKilled) {
  add("a");
  host->tick();
  ASSERT_EQ(provider.held.size(), 1U);
  restart();  // without an end: as after SIGKILL
  EXPECT_TRUE(host->tick()) << "the effect is claimed again";
  ASSERT_EQ(provider.held.size(), 1U);
  EXPECT_EQ(provider.held[0].tries, 1) << "its outcome is unknown, and the executor is told";
  EXPECT_EQ(provider.held[0].key, "k-a") << "under the same key";
  provider.answer_all();
  host->tick();
  EXPECT_EQ(sum("a").charged, 1);
  EXPECT_EQ(count("SELECT COUNT(*) AS n FROM host_outbox"), 0);
}

TEST_P(HostTest, FindsEffectsOfATurnWhoseCommitWasNotAnswered) {
  db->lose_answer = true;
  add("a");
  host->tick();
  EXPECT_TRUE(provider.held.empty()) << "nobody here knows of the effect";
  clock.advance(Millis(200));
  host->tick();
  ASSERT_TRUE(host->next_due());
  clock.advance(Millis(30'000));
  host->tick();
  ASSERT_EQ(provider.held.size(), 1U) << "it is taken up when its lease has ended";
  provider.answer_all();
  host->tick();
  EXPECT_EQ(sum("a").charged, 1);
}

TEST_P(HostTest, CountsAttemptsAfterAnUncleanEnd) {
  restart();
  const std::uint64_t commits = db->commits();
  add("a");
  host->tick();
  EXPECT_EQ(count("SELECT COUNT(*) AS n FROM host_attempts"), 0)
      << "what was handled did not kill the process";
  for (int i = 0; i < 5; ++i) {
    add("a");
    host->tick();
  }
  EXPECT_EQ(sum("a").n, 6) << "the same message again and again is no poison";
  EXPECT_EQ(db->commits() - commits, 12U) << "each counted, then handled";
  clock.advance(Millis(6'000));
  add("b");
  const std::uint64_t before = db->commits();
  host->tick();
  const unsigned looks = db->shared() ? 1 : 0;
  EXPECT_LE(db->commits() - before, 2U + looks) << "caution has an end";
}

TEST_P(HostTest, CountsABatchAtOnceAfterAnUncleanEnd) {
  restart();
  const std::uint64_t commits = db->commits();
  for (const char* key : {"a", "b", "c"}) add(key);
  host->tick();
  EXPECT_EQ(sum("c").n, 1);
  EXPECT_EQ(db->commits() - commits, 2U) << "all counted, then all handled";
  EXPECT_EQ(count("SELECT COUNT(*) AS n FROM host_attempts"), 0);
}

TEST_P(HostTest, WhatWasInHandAtAnUncleanEndIsHandledByItself) {
  note_attempt(attempt_of("a"), 1);
  restart();
  const std::uint64_t commits = db->commits();
  for (const char* key : {"a", "b", "c"}) add(key);
  host->tick();
  for (const char* key : {"a", "b", "c"}) EXPECT_EQ(sum(key).n, 1) << key;
  EXPECT_EQ(db->commits() - commits, 4U) << "the others counted, a counted, a handled, the others";
  EXPECT_EQ(count("SELECT COUNT(*) AS n FROM host_attempts"), 0);
}

TEST_P(HostTest, AMessageThatKilledTheProcessThreeTimesIsGivenUp) {
  note_attempt(attempt_of("a"), 3);
  restart();
  add("a");
  add("b");
  host->tick();
  EXPECT_EQ(sum("a").n, 0);
  EXPECT_EQ(sum("b").n, 1);
  EXPECT_EQ(published.size(), 1U) << "its sender is told";
}

TEST_P(HostTest, AnEffectThatIsToBeRepeatedIsNeverGivenUp) {
  add("a");
  host->tick();
  restart();
  host->tick();
  ASSERT_EQ(provider.held.size(), 1U);
  note_attempt("effect:" + provider.held[0].id, 3);
  provider.answer_all(Millis(3'000));
  host->tick();
  clock.advance(Millis(3'000));
  host->tick();
  EXPECT_EQ(provider.held.size(), 1U) << "however often the process ended meanwhile";
  EXPECT_EQ(count("SELECT COUNT(*) AS n FROM host_dead_letters"), 0);
}

TEST_P(HostTest, AResultThatCannotBeHandledEndsItsEffect) {
  add("a");
  host->tick();
  provider.held[0].body = Json::object({{"key", "poison"}});
  provider.answer_all();
  host->tick();
  EXPECT_EQ(count("SELECT COUNT(*) AS n FROM host_outbox"), 0) << "it is not carried out again";
  EXPECT_EQ(count("SELECT COUNT(*) AS n FROM host_dead_letters"), 1);
}

TEST_P(HostTest, AnEffectBeyondItsLeaseIsNotBegunTwiceByTheSameHost) {
  add("a");
  host->tick();
  clock.advance(Millis(31'000));
  host->tick();
  EXPECT_EQ(provider.held.size(), 1U);
  provider.answer_all();
  host->tick();
  EXPECT_EQ(sum("a").charged, 1);
}

TEST_P(HostTest, AResultOfAnEffectThatAnotherHostHasSettledIsDropped) {
  add("a");
  host->tick();
  const store::Statement settled{"test.settled", "DELETE FROM host_outbox", {}};
  ASSERT_TRUE(db->transaction([&](store::Session& session) -> Result<void> {
    const auto done = session.run(settled);
    return done ? Result<void>() : fail(done.error());
  }));
  provider.answer_all();
  host->tick();
  EXPECT_EQ(sum("a").charged, 0) << "the other host's result was the one";
}

TEST_P(HostTest, WhoeverStillWaitsAtTheEndIsTold) {
  std::optional<Answer> answer;
  ASSERT_TRUE(host->ask(to<ToyIn>("toy", Add{"a", 1}), [&](Answer a) { answer = std::move(a); }));
  host->stop();
  host->run();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->problem->code, Code::unavailable);
}

TEST_P(HostTest, ACleanEndIsRecorded) {
  restart(true);
  add("a");
  host->tick();
  EXPECT_EQ(count("SELECT COUNT(*) AS n FROM host_attempts"), 0);
}

TEST_P(HostTest, RepeatsAnEffectWhenItsTimeHasCome) {
  add("a");
  host->tick();
  provider.answer_all(Millis(3'000));
  host->tick();
  EXPECT_EQ(host->next_due(), clock.now() + Millis(3'000));
  EXPECT_FALSE(host->tick()) << "not before";
  clock.advance(Millis(3'000));
  EXPECT_TRUE(host->tick());
  ASSERT_EQ(provider.held.size(), 1U);
  EXPECT_EQ(provider.held[0].tries, 1);
}

TEST_P(HostTest, ATimerComesOnceAndSurvivesARestart) {
  add("later");
  host->tick();
  restart();
  clock.advance(Millis(4'999));
  EXPECT_FALSE(host->tick());
  clock.advance(Millis(1));
  EXPECT_TRUE(host->tick());
  EXPECT_EQ(sum("later").charged, 1);
  EXPECT_FALSE(host->tick());
}

TEST_P(HostTest, AResultThatOnlyRemovesARowRidesWithTheNextTurn) {
  add("a");
  host->tick();
  const std::uint64_t before = db->commits();
  provider.answer_without_result();
  EXPECT_FALSE(host->tick()) << "it starts no turn";
  EXPECT_EQ(db->commits(), before);
  add("b");
  host->tick();
  EXPECT_EQ(count("SELECT COUNT(*) AS n FROM host_outbox WHERE key = 'k-a'"), 0);
  provider.answer_without_result();
  EXPECT_FALSE(host->tick());
  clock.advance(Millis(1'001));
  EXPECT_TRUE(host->tick()) << "after a second of idling it goes by itself";
  EXPECT_EQ(count("SELECT COUNT(*) AS n FROM host_outbox"), 0);
}

TEST_P(HostTest, AResultThatNobodyWaitsForRidesWithTheNextTurn) {
  add("a");
  host->tick();
  provider.answer_patiently();
  EXPECT_FALSE(host->tick()) << "it starts no turn";
  EXPECT_EQ(sum("a").charged, 0);
  add("b");
  host->tick();
  EXPECT_EQ(sum("a").charged, 1);
  provider.answer_patiently();
  EXPECT_FALSE(host->tick());
  restart(true);
  EXPECT_EQ(sum("b").charged, 1) << "a host that is stopped handles it before";
  EXPECT_EQ(count("SELECT COUNT(*) AS n FROM host_outbox"), 0);
}

TEST_P(HostTest, RefusesWhenTheQueueIsFull) {
  for (int i = 0; i < 200; ++i) add("a" + std::to_string(i));
  const Result<void> more = host->post(to<ToyIn>("toy", Add{"z", 1}));
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code, Code::exhausted);
}

TEST_P(HostTest, KeepsWhatCannotBeDecodedBeforeItAnswers) {
  ASSERT_TRUE(host->reject({"toy", "not JSON", "\x01garbage"}, {{"down/acks", "refused"}}));
  EXPECT_TRUE(published.empty());
  host->tick();
  EXPECT_EQ(count("SELECT COUNT(*) AS n FROM host_dead_letters WHERE reason = 'not JSON'"), 1);
  EXPECT_EQ(published.size(), 1U);
}

}  // namespace
}  // namespace trayline::host
