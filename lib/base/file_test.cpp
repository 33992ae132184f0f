// Writing a file whole: what stands there afterwards, and what is said where it cannot.
#include "lib/base/file.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace trayline {
namespace {

namespace fs = std::filesystem;

TEST(WhyNot, SaysWhatToDoWhereItIsAMatterOfRights) {
  EXPECT_NE(why_not(EACCES).find("Permission denied; run this as"), std::string::npos);
  EXPECT_EQ(why_not(ENOENT), "No such file or directory");
}

class File : public testing::Test {
 protected:
  void SetUp() override {
    std::string made = testing::TempDir() + "trayline-file-XXXXXX";
    ASSERT_NE(::mkdtemp(made.data()), nullptr);
    folder_ = made;
  }
  void TearDown() override { fs::remove_all(folder_); }
  static std::string text_of(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  fs::path folder_;
};

TEST_F(File, IsReplacedWholeAndNothingElseIsLeft) {
  const fs::path path = folder_ / "state.json";
  ASSERT_TRUE(write_durably(path, "first, and longer"));
  ASSERT_TRUE(write_durably(path, std::string("second\0", 7)));
  EXPECT_EQ(text_of(path), std::string("second\0", 7));
  ASSERT_TRUE(write_durably(path, ""));
  EXPECT_EQ(text_of(path), "");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
}

TEST_F(File, StaysAsItWasWhereTheNewOneCannotBeWritten) {
  const fs::path path = folder_ / "state.json";
  ASSERT_TRUE(write_durably(path, "old"));
  fs::create_directory(folder_ / "state.json.tmp");
  const Result<void> written = write_durably(path, "new");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Code::unavailable);
  EXPECT_NE(written.error().detail.find("state.json.tmp: "), std::string::npos);
  EXPECT_EQ(text_of(path), "old");
}

TEST_F(File, OfAFolderThatIsNotThereIsNamed) {
  const Result<void> written = write_durably(folder_ / "gone" / "f", "x");
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().detail.find("gone/f.tmp: No such file"), std::string::npos)
      << written.error().detail;
  EXPECT_FALSE(sync_folder(folder_ / "gone"));
}

}  // namespace
}  // namespace trayline
