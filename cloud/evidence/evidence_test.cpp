// Signed addresses and acknowledgements as decisions, the folder of pictures, and the service on a
// host with a store.
#include "cloud/evidence/evidence.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "cloud/evidence/service.hpp"
#include "cloud/evidence/sql.hpp"
#include "cloud/evidence/temp_folder.hpp"
#include "lib/base/digest.hpp"
#include "lib/store/sqlite.hpp"

namespace trayline::evidence {
namespace {

namespace fs = std::filesystem;
using wire::evidence::Acknowledge;
using wire::evidence::In;
using wire::evidence::Stored;

const Time kNow = from_ms(1'700'000'000'000);
const Settings kSettings{"dev", "https://api.example/", "key", Millis(60'000)};

std::string hash_of(int n) { return sha256_hex("picture " + std::to_string(n)); }

Acknowledge acknowledge(std::vector<std::string> hashes) {
  Acknowledge a;
  a.core = CoreId("core-1");
  a.ack.prediction = PredictionId("p-1");
  a.ack.order = OrderId("o-1");
  a.hashes = std::move(hashes);
  return a;
}

TEST(Upload, IsSignedAsThePaperSays) {
  const std::string hash = hash_of(1);
  const wire::Upload upload = upload_of(kSettings, hash, kNow);
  const std::string text = "PUT\n" + hash + "\n1700000060";
  EXPECT_EQ(upload.url, "https://api.example/evidence/" + hash + "?expires=1700000060&signature=" +
                            to_hex(hmac_sha256(as_bytes("key"), as_bytes(text))));
  EXPECT_EQ(upload.expires_ms, 1'700'000'060'000);
}

TEST(Upload, IsAllowedOnlyAsSignedAndInTime) {
  const std::string hash = hash_of(1);
  const std::string url = upload_of(kSettings, hash, kNow).url;
  const std::string good = url.substr(url.size() - 64);
  std::string other = good;
  other[63] = other[63] == '0' ? '1' : '0';
  const auto allowed = [&](const std::string& h, const std::string& expires,
                           const std::string& signature, Time now = kNow) {
    return check_upload(kSettings, h, expires, signature, now).has_value();
  };
  EXPECT_TRUE(allowed(hash, "1700000060", good));
  EXPECT_TRUE(allowed(hash, "1700000060", good, kNow + Millis(59'999)));
  EXPECT_FALSE(allowed(hash, "1700000060", good, kNow + Millis(60'000))) << "too old";
  EXPECT_FALSE(allowed(hash, "1700000061", good)) << "a longer time";
  EXPECT_FALSE(allowed(hash_of(2), "1700000060", good)) << "another picture";
  EXPECT_FALSE(allowed(hash, "1700000060", other));
  EXPECT_FALSE(allowed(hash, "1700000060", ""));
  EXPECT_FALSE(allowed(hash, "1700000060", good + "0"));
  for (const char* expires : {"", "01700000060", "-1", "+1700000060", "1700000060 ", "1e9",
                              "9999999999999", "99999999999999999999"}) {
    EXPECT_FALSE(allowed(hash, expires, good)) << expires;
  }
}

TEST(Acknowledge, NamesWhereMissingPicturesGo) {
  const Acknowledge a = acknowledge(
      {hash_of(1), hash_of(2), hash_of(2), "", "../../etc/passwd", std::string(64, 'G')});
  const Decision d = decide_acknowledge({hash_of(1)}, kSettings, a, kNow);
  ASSERT_EQ(d.out.publish.size(), 1U);
  EXPECT_EQ(d.out.publish[0].topic, "IoT-dev-core-1/down/agent/acks");
  const auto ack = from_json_text<wire::Ack>(d.out.publish[0].payload);
  ASSERT_TRUE(ack) << ack.error().detail;
  wire::Ack expected = a.ack;
  expected.uploads = {upload_of(kSettings, hash_of(2), kNow)};
  EXPECT_EQ(*ack, expected) << "what is stored, repeated or no hash gets no address";
}

TEST(Acknowledge, OfMorePicturesThanAPredictionHasIsBounded) {
  std::vector<std::string> many;
  for (int i = 0; i < 20; ++i) many.push_back(hash_of(i));
  const Decision d = decide_acknowledge({}, kSettings, acknowledge(many), kNow);
  EXPECT_EQ(from_json_text<wire::Ack>(d.out.publish[0].payload)->uploads.size(), kHashesMax);
}

TEST(Pictures, KeepWhatTheyAreGivenUnderItsHash) {
  const TempFolder folder;
  const std::string content = std::string("\xFF\xD8\xFF\0 picture", 12);
  const std::string hash = sha256_hex(content);
  {
    const auto pictures = Pictures::open(folder.path() + "/new/deep");
    ASSERT_TRUE(pictures) << pictures.error().detail;
    EXPECT_EQ((*pictures)->get(hash).error().code, Code::not_found);
    ASSERT_TRUE((*pictures)->put(hash, content));
    ASSERT_TRUE((*pictures)->put(hash, content)) << "again is fine";
  }
  const std::string root = folder.path() + "/new/deep/";
  EXPECT_TRUE(fs::is_regular_file(root + hash.substr(0, 2) + "/" + hash + ".jpg"));
  EXPECT_TRUE(fs::is_empty(root + "tmp"));
  std::ofstream(root + "tmp/half") << "half-written";
  const auto again = Pictures::open(root);
  ASSERT_TRUE(again);
  EXPECT_FALSE(fs::exists(root + "tmp/half")) << "what a killed run left is gone";
  EXPECT_EQ((*again)->get(hash), content);
}

TEST(Pictures, MendAFileThatWasCutShort) {
  const TempFolder folder;
  const auto pictures = Pictures::open(folder.path());
  const std::string content = "\xFF\xD8\xFF whole";
  const std::string hash = sha256_hex(content);
  fs::create_directories(folder.path() + "/" + hash.substr(0, 2));
  std::ofstream(folder.path() + "/" + hash.substr(0, 2) + "/" + hash + ".jpg") << "\xFF\xD8";
  ASSERT_TRUE((*pictures)->put(hash, content));
  EXPECT_EQ((*pictures)->get(hash), content);
}

TEST(Pictures, TakeNoNameThatIsNoHash) {
  const TempFolder folder;
  const auto pictures = Pictures::open(folder.path());
  for (const std::string& name :
       {std::string(), std::string("../../etc/passwd"), std::string(64, '/'), std::string(64, 'A'),
        std::string(63, 'a'), std::string(65, 'a')}) {
    EXPECT_EQ((*pictures)->put(name, "x").error().code, Code::invalid_argument) << name;
    EXPECT_EQ((*pictures)->get(name).error().code, Code::not_found) << name;
  }
}

TEST(Pictures, SayWhenTheyCannotBeKept) {
  const TempFolder folder;
  const std::string file = folder.path() + "/file";
  std::ofstream(file) << "no folder";
  EXPECT_EQ(Pictures::open(file).error().code, Code::unavailable);
  const auto pictures = Pictures::open(folder.path() + "/good");
  fs::remove_all(folder.path() + "/good");
  EXPECT_EQ((*pictures)->put(hash_of(1), "x").error().code, Code::unavailable);
}

class EvidenceTest : public testing::Test {
 protected:
  EvidenceTest() {
    const Result<void> started = host.start();
    EXPECT_TRUE(started) << started.error().detail;
  }
  template <class M>
  void post(M message) {
    ASSERT_TRUE(host.post(host::to<In>(wire::evidence::kService, std::move(message))));
  }
  std::size_t uploads(const bus::Message& message) {
    return from_json_text<wire::Ack>(message.payload)->uploads.size();
  }

  ManualClock clock{kNow};
  SeededRandom random{7};
  Metrics metrics;
  std::vector<bus::Message> published;
  std::unique_ptr<store::Store> db = *store::open_sqlite({":memory:"}, nullptr);
  std::unique_ptr<host::Service> evidence = make_service(std::make_shared<Settings>(kSettings));
  host::Host host{{*db,
                   clock,
                   random,
                   metrics,
                   {[this](std::vector<bus::Message> all) {
                      published.insert(published.end(), all.begin(), all.end());
                    },
                    {}},
                   {}},
                  {evidence.get()},
                  {}};
};

// Both kinds of messages; runs every statement.
TEST_F(EvidenceTest, OneAndSixtyFourMessagesCostTheSame) {
  const auto cost_of = [&](int messages, int from) {
    const std::uint64_t before = db->statements();
    for (int i = from; i < from + messages; ++i) post(Stored{hash_of(i), 100});
    host.tick();
    for (int i = from; i < from + messages; ++i) post(acknowledge({hash_of(i), hash_of(-1 - i)}));
    host.tick();
    return db->statements() - before;
  };
  const std::uint64_t one = cost_of(1, 0);
  EXPECT_EQ(one, cost_of(64, 1)) << "a batch costs what one message costs";
  ASSERT_EQ(published.size(), 65U);
  for (const bus::Message& message : published) EXPECT_EQ(uploads(message), 1U);
  const std::vector<std::string> seen = db->statements_seen();
  for (const store::Statement* statement : sql::statements) {
    EXPECT_NE(std::find(seen.begin(), seen.end(), statement->name), seen.end())
        << statement->name << " was never run";
  }
}

TEST_F(EvidenceTest, AnAcknowledgementSeesThePictureBeforeItInTheSameBatch) {
  post(acknowledge({hash_of(1)}));
  post(Stored{hash_of(1), 100});
  post(Stored{hash_of(1), 100});
  post(acknowledge({hash_of(1)}));
  host.tick();
  ASSERT_EQ(published.size(), 2U);
  EXPECT_EQ(uploads(published[0]), 1U);
  EXPECT_EQ(uploads(published[1]), 0U);
}

}  // namespace
}  // namespace trayline::evidence
