// The outbox's file: keys, classes, limits, answers, restart and damage.
#include "edge/agent/table.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "edge/agent/sql.hpp"
#include "lib/base/digest.hpp"
#include "lib/store/sqlite.hpp"
#include "lib/store/wrapped.hpp"

namespace trayline::agent {
namespace {

class Disk : public testing::Test {
 protected:
  Disk() {
    std::string name = testing::TempDir() + "outbox-XXXXXX";
    dir = ::mkdtemp(name.data());
    open();
  }
  ~Disk() override {
    table.reset();
    std::filesystem::remove_all(dir);
  }
  void open() {
    table.reset();
    Result<std::unique_ptr<Table>> opened = Table::open(dir + "/outbox.db", limits, clock, nullptr);
    ASSERT_TRUE(opened) << opened.error().detail;
    table = std::move(*opened);
  }
  static Row row(const std::string& key, const std::string& payload = "{}",
                 Class cls = Class::critical, const std::string& topic = "t") {
    return Row{0, key, "camera", topic, cls, payload, sha256_hex(payload)};
  }
  BatchDone commit(const Batch& batch) {
    Result<BatchDone> done = table->commit(batch);
    EXPECT_TRUE(done) << done.error().detail;
    return done ? std::move(*done) : BatchDone{};
  }
  PutResult put(const Row& r) {
    const BatchDone done = commit({.puts = {r}});
    return done.puts.empty() ? PutResult::full : done.puts[0].first;
  }
  static wire::Ack ack(const std::string& key, wire::AckResult result, std::string reason = "") {
    wire::Ack a;
    a.prediction = PredictionId(key);
    a.result = result;
    a.reason = std::move(reason);
    return a;
  }
  std::string keys() {
    std::string text;
    const auto functions = table->functions();
    for (const std::string& function : *functions) {
      const auto rows = table->load(function, 0, 1000);
      for (const Row& r : *rows) text += r.key + " ";
    }
    return text;
  }
  void expect_conserved() {
    const Totals& t = table->totals();
    EXPECT_EQ(t.stored, t.acked + t.quarantined + t.of(Class::critical).rows)
        << "critical messages have appeared or vanished";
  }
  std::string dir;
  OutboxLimits limits;
  ManualClock clock{from_ms(1'760'000'000'000)};
  std::unique_ptr<Table> table;
};

TEST_F(Disk, KeepsRowsInOrderOverARestart) {
  commit({.puts = {row("a"), row("b")}});
  commit({.puts = {row("c")}});
  open();
  EXPECT_EQ(keys(), "a b c ");
  EXPECT_EQ(table->totals().stored, 3);
  EXPECT_GT(commit({.puts = {row("d")}}).puts[0].second, 3) << "a sequence number came twice";
  expect_conserved();
}

TEST_F(Disk, ARepeatedKeyIsTheSameMessageOrAConflict) {
  EXPECT_EQ(put(row("a", "1")), PutResult::stored);
  EXPECT_EQ(put(row("a", "1")), PutResult::repeated);
  EXPECT_EQ(put(row("a", "2")), PutResult::conflict);
  const BatchDone done = commit({.puts = {row("b", "1"), row("b", "1"), row("b", "2")}});
  EXPECT_EQ(done.puts[0].first, PutResult::stored);
  EXPECT_EQ(done.puts[1].first, PutResult::repeated);
  EXPECT_EQ(done.puts[2].first, PutResult::conflict);
  EXPECT_EQ(keys(), "a b ");
}

TEST_F(Disk, OnlyTheAnswerForThatKeyDeletesTheRow) {
  commit({.puts = {row("a"), row("b")}});
  commit({.acks = {ack("b", wire::AckResult::accepted), ack("z", wire::AckResult::accepted)}});
  EXPECT_EQ(keys(), "a ");
  EXPECT_EQ(table->totals().acked, 1);
  commit({.acks = {ack("b", wire::AckResult::accepted)}});
  EXPECT_EQ(table->totals().acked, 1) << "a repeated answer was counted twice";
  expect_conserved();
}

TEST_F(Disk, ARefusedRowIsQuarantinedAndItsKeyRemembered) {
  commit({.puts = {row("a", "[1]")}});
  const BatchDone done = commit({.acks = {ack("a", wire::AckResult::refused, "conflict"),
                                          ack("a", wire::AckResult::refused, "conflict")}});
  ASSERT_EQ(done.settled.size(), 1U);
  EXPECT_EQ(done.settled[0].ack.reason, "conflict");
  EXPECT_EQ(keys(), "");
  open();
  EXPECT_EQ(table->totals().quarantined, 1);
  EXPECT_EQ(put(row("a", "[1]")), PutResult::repeated) << "it would be sent and refused again";
  expect_conserved();
}

TEST_F(Disk, ARefusalMayNameThePayloadsHash) {
  commit({.puts = {row("a", "garbage")}});
  wire::Ack refusal;
  refusal.payload_sha256 = sha256_hex("garbage");
  refusal.result = wire::AckResult::refused;
  commit({.acks = {refusal}});
  EXPECT_EQ(keys(), "");
  EXPECT_EQ(table->totals().quarantined, 1);
  expect_conserved();
}

TEST_F(Disk, OfLatestOneRowPerTopicStays) {
  commit({.puts = {row("a", "1", Class::latest, "x"), row("b", "2", Class::latest, "y")}});
  const BatchDone done =
      commit({.puts = {row("c", "3", Class::latest, "x"), row("d", "4", Class::latest, "x")}});
  EXPECT_EQ(keys(), "b d ");
  EXPECT_EQ(done.gone.size(), 1U);
  EXPECT_EQ(table->totals().of(Class::latest).rows, 2);
}

TEST_F(Disk, ForgetsWhatTheBrokerHas) {
  const BatchDone done = commit({.puts = {row("a", "1", Class::normal)}});
  commit({.forget = {done.puts[0].second, 999}});
  EXPECT_EQ(keys(), "");
  EXPECT_EQ(table->totals().of(Class::normal).bytes, 0);
}

TEST_F(Disk, CriticalIsRefusedWhenFullAndNeverDropped) {
  limits = {.bytes_max = 4 * (kRowBytes + 10), .other_bytes_max = 2 * (kRowBytes + 10)};
  open();
  const std::string ten(10, 'x');
  for (const char* key : {"a", "b", "c", "d"}) EXPECT_EQ(put(row(key, ten)), PutResult::stored);
  EXPECT_EQ(put(row("e", ten)), PutResult::full);
  EXPECT_EQ(put(row("a", ten)), PutResult::repeated) << "a repetition needs no room";
  EXPECT_EQ(keys(), "a b c d ");
  commit({.acks = {ack("a", wire::AckResult::accepted)}});
  EXPECT_EQ(put(row("e", ten)), PutResult::stored);
  expect_conserved();
}

TEST_F(Disk, OfNormalTheOldestGoAndAreCounted) {
  limits = {.bytes_max = 100 * (kRowBytes + 10), .other_bytes_max = 2 * (kRowBytes + 10)};
  open();
  const std::string ten(10, 'x');
  for (const char* key : {"a", "b"})
    EXPECT_EQ(put(row(key, ten, Class::normal)), PutResult::stored);
  EXPECT_EQ(put(row("c", ten, Class::normal)), PutResult::stored);
  EXPECT_EQ(table->totals().dropped, 2);
  EXPECT_EQ(keys(), "c ");
  EXPECT_EQ(put(row("d", ten)), PutResult::stored) << "others' rows took the room of critical ones";
}

TEST_F(Disk, CountsBytesAndNotCharacters) {
  limits = {.bytes_max = 1 << 20, .other_bytes_max = 2 * (kRowBytes + 20)};
  open();
  const std::string ten =
      "\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4";  // 20 bytes
  const auto bytes = [&](Class cls) { return table->totals().of(cls).bytes; };
  const BatchDone done = commit({.puts = {row("a", ten, Class::normal)}});
  commit({.forget = {done.puts[0].second}});
  EXPECT_EQ(bytes(Class::normal), 0) << "a forgotten row left bytes behind";
  put(row("b", ten, Class::latest));
  put(row("c", ten, Class::latest));
  EXPECT_EQ(bytes(Class::latest), kRowBytes + 20) << "a replaced row left bytes behind";
  put(row("d", ten, Class::normal));
  put(row("e", ten, Class::normal));
  EXPECT_EQ(table->totals().dropped, 1);
  EXPECT_EQ(bytes(Class::normal), kRowBytes + 20) << "a dropped row left bytes behind";
  open();
  EXPECT_EQ(bytes(Class::normal), kRowBytes + 20) << "a restart counted otherwise";
  EXPECT_EQ(bytes(Class::latest), kRowBytes + 20);
}

TEST_F(Disk, RemembersWhichPicturesTheCloudAskedFor) {
  commit({.puts = {row("a")}});
  wire::Ack accepted = ack("a", wire::AckResult::accepted);
  accepted.uploads = {{"h1", "http://x/1", 5}, {"h2", "http://x/2", 6}};
  commit({.acks = {accepted}});
  open();
  ASSERT_EQ(table->uploads()->size(), 2U);
  EXPECT_EQ((*table->uploads())[0].url, "http://x/1");
  commit({.uploads_ended = {"h1"}, .uploads_done = 1});
  EXPECT_EQ(table->uploads()->size(), 1U);
  EXPECT_EQ(table->totals().uploaded, 1);
}

TEST_F(Disk, ADamagedFileIsMovedAsideAndCounted) {
  commit({.puts = {row("a")}});
  table.reset();
  std::filesystem::remove(dir + "/outbox.db-wal");
  std::ofstream(dir + "/outbox.db", std::ios::trunc) << std::string(8192, 'x');
  open();
  EXPECT_EQ(table->totals().corrupt, 1);
  EXPECT_EQ(put(row("b")), PutResult::stored);
  int aside = 0;
  for (const auto& file : std::filesystem::directory_iterator(dir)) {
    aside += file.path().filename().string().starts_with("outbox.db.corrupt-") ? 1 : 0;
  }
  EXPECT_GE(aside, 1);
}

TEST_F(Disk, ASecondAgentIsKeptOut) {
  const auto second = Table::open(dir + "/outbox.db", limits, clock, nullptr);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::conflict);
}

// Commits, and says that it could not.
class Doubtful final : public store::Wrapped {
 public:
  Doubtful(std::unique_ptr<store::Store> base, const bool& lies)
      : Wrapped(std::move(base)), lies_(lies) {}
  Result<void> transaction(const std::function<Result<void>(store::Session&)>& work) override {
    Result<void> done = base_.transaction(work);
    if (done && lies_) return fail(Code::unavailable, "the answer was lost");
    return done;
  }

 private:
  const bool& lies_;
};

TEST_F(Disk, ACommitOfUnknownOutcomeIsLookedUpBeforeTheNextOne) {
  bool lies = false;
  table.reset();
  Result<std::unique_ptr<store::Store>> base = store::open_sqlite({dir + "/outbox.db"}, nullptr);
  ASSERT_TRUE(base);
  table = std::move(*Table::on(std::make_unique<Doubtful>(std::move(*base), lies), limits, clock));
  lies = true;
  EXPECT_FALSE(table->commit({.puts = {row("a")}}));
  lies = false;
  const BatchDone done = commit({.puts = {row("a"), row("b")}});
  ASSERT_EQ(done.puts.size(), 2U);
  EXPECT_EQ(done.puts[0].first, PutResult::repeated);
  EXPECT_EQ(done.puts[1].first, PutResult::stored) << "a number was given out twice";
  ASSERT_EQ(done.stored.size(), 2U) << "what came to the disk must be sent";
  EXPECT_EQ(done.stored[0].key, "a");
  EXPECT_EQ(table->totals().stored, 2);
  expect_conserved();
}

}  // namespace
}  // namespace trayline::agent
