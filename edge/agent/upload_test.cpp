// Which pictures are sent, kept and dropped; the network is a function of the test.
#include "edge/agent/upload.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "lib/base/digest.hpp"

namespace trayline::agent {
namespace {

class Pictures : public testing::Test {
 protected:
  Pictures() {
    std::string name = testing::TempDir() + "pictures-XXXXXX";
    dir = ::mkdtemp(name.data());
  }
  ~Pictures() override { std::filesystem::remove_all(dir); }
  std::string keep(const std::string& picture) {
    const std::string hash = sha256_hex(picture);
    std::ofstream(dir + "/" + hash) << picture;
    return hash;
  }
  bool there(const std::string& hash) const { return std::filesystem::exists(dir + "/" + hash); }
  void make() {
    uploads = std::make_unique<Uploads>(
        loop, random, dir, limits,
        Uploads::Out{[this](const std::string& url, std::string body, auto done) {
                       sent.push_back(url + " " + body);
                       done(statuses.empty() ? Result<int>(200) : statuses.back());
                       if (!statuses.empty()) statuses.pop_back();
                     },
                     [this](const std::string&, bool done) {
                       (done ? uploaded : given_up) += 1;
                       loop.stop();
                     }});
  }
  Loop loop;
  SeededRandom random{1};
  std::string dir;
  UploadLimits limits;
  std::vector<std::string> sent;
  std::vector<Result<int>> statuses;  // the next one last
  int uploaded = 0;
  int given_up = 0;
  std::unique_ptr<Uploads> uploads;
};

TEST_F(Pictures, AreSentOnceAskedForAndThenDeleted) {
  const std::string hash = keep("a");
  make();
  EXPECT_TRUE(sent.empty()) << "nobody asked";
  uploads->ask({hash, "http://x", 0});
  EXPECT_EQ(sent, std::vector<std::string>{"http://x a"});
  EXPECT_FALSE(there(hash));
  EXPECT_EQ(uploaded, 1);
}

TEST_F(Pictures, AreSentAgainAfterAFailure) {
  const std::string hash = keep("a");
  statuses = {200, 503};
  make();
  uploads->ask({hash, "http://x", 0});
  EXPECT_TRUE(there(hash));
  loop.run();
  EXPECT_EQ(uploaded, 1);
  EXPECT_EQ(sent.size(), 2U);
}

TEST_F(Pictures, ARefusedAddressIsGivenUpAndThePictureKept) {
  const std::string hash = keep("a");
  statuses = {403};
  make();
  uploads->ask({hash, "http://x", 0});
  EXPECT_EQ(given_up, 1);
  EXPECT_TRUE(there(hash));
}

TEST_F(Pictures, ANameThatIsNoHashReachesNoFile) {
  make();
  uploads->ask({"../edge.toml", "http://x", 0});
  uploads->has("../edge.toml");
  EXPECT_EQ(given_up, 1);
  EXPECT_TRUE(sent.empty());
}

TEST_F(Pictures, AFileThatIsNotWhatItsNameSaysIsNotSent) {
  const std::string hash = sha256_hex("a");
  std::ofstream(dir + "/" + hash) << "something else";
  make();
  uploads->ask({hash, "http://x", 0});
  EXPECT_TRUE(sent.empty());
  EXPECT_FALSE(there(hash));
}

TEST_F(Pictures, TheOldestGoWhenTheFolderIsTooLarge) {
  const std::string old = keep("aaaaaaaaaa");
  const std::string young = keep("bbbbbbbbbb");
  std::filesystem::last_write_time(
      dir + "/" + old, std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
  limits.folder_bytes_max = 15;
  make();
  EXPECT_FALSE(there(old));
  EXPECT_TRUE(there(young));
  EXPECT_EQ(uploads->dropped(), 1U);
}

}  // namespace
}  // namespace trayline::agent
