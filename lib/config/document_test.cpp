// TOML to values and back, units, secrets.
#include "lib/config/document.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "lib/config/secret.hpp"
#include "lib/config/units.hpp"

namespace trayline::config {
namespace {

TEST(Toml, KnowsWhereKeysAndValuesStand) {
  const auto document = parse_toml("a = 1\n[t]\n  b.c = \"x\"\n[[l]]\n[[l]]\nd = [1,\n 2]\n", "f");
  ASSERT_TRUE(document) << document.error().detail;
  EXPECT_EQ(document->values.dump(), R"({"a":1,"l":[{},{"d":[1,2]}],"t":{"b":{"c":"x"}}})");
  const std::pair<std::string, Position> keys[] = {
      {"/a", {1, 1}}, {"/t", {2, 2}}, {"/t/b/c", {3, 5}}, {"/l/1/d", {6, 1}}};
  for (const auto& [pointer, place] : keys) {
    ASSERT_TRUE(document->keys.contains(pointer)) << pointer;
    EXPECT_EQ(document->keys.at(pointer), place) << pointer;
  }
  const std::pair<std::string, Position> entries[] = {
      {"/a", {1, 5}}, {"/t", {2, 1}}, {"/t/b/c", {3, 9}}, {"/l/1", {5, 1}}, {"/l/1/d/1", {7, 2}}};
  for (const auto& [pointer, place] : entries) {
    ASSERT_TRUE(document->entries.contains(pointer)) << pointer;
    EXPECT_EQ(document->entries.at(pointer), place) << pointer;
  }
}

TEST(Toml, WritesWhatReadsBackTheSame) {
  // In the order of their names, as tables come back.
  const Json values = Json::object(
      {{"", "empty key"},
       {"huge", 1e300},
       {"least", INT64_MIN},
       {"mixed", Json::Array{Json(1), Json::object({{"a", "b"}}), Json(Json::Array{})}},
       {"no", false},
       {"table", Json::object({{"plain", 2}, {"x.y", Json::object({{"z", 1}})}})},
       {"tables",
        Json::Array{Json::object({{"in", Json::object({{"n", 1}})}}), Json(Json::Object())}},
       {"tenth", 0.1},
       {"text", "quote \" back \\ tab \t bell \x07 del \x7f caf\xC3\xA9"},
       {"whole real", 3.0}});
  const auto back = parse_toml(to_toml(values), "f");
  ASSERT_TRUE(back) << back.error().detail << "\n" << to_toml(values);
  EXPECT_EQ(back->values, values) << back->values.dump() << "\n" << to_toml(values);
  EXPECT_EQ(to_toml(Json::object({{"gone", nullptr}, {"here", 1}})), "here = 1\n");
}

TEST(Duration, ReadsWholeNumbersWithAUnit) {
  const std::pair<std::string_view, std::int64_t> good[] = {
      {"0s", 0},          {"1ms", 1},           {"30s", 30'000},
      {"15min", 900'000}, {"72h", 259'200'000}, {"10000d", 864'000'000'000}};
  for (const auto& [text, ms] : good) {
    const auto parsed = Duration::parse(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(parsed->value.count(), ms);
    EXPECT_EQ(Duration::parse(parsed->str()), parsed) << "its own text reads back";
  }
  EXPECT_EQ(Duration{std::chrono::milliseconds(90'000)}.str(), "90s");
  EXPECT_EQ(Duration{std::chrono::milliseconds(7'200'000)}.str(), "2h");
  for (const char* text :
       {"", "s", "30", "30 s", "-1s", "1.5s", "30S", "30m", "+1s", "1s ", "0x1s"})
    EXPECT_FALSE(Duration::parse(text)) << text;
  EXPECT_EQ(Duration::parse("10001d").error().detail, "\"10001d\" is too large");
  EXPECT_EQ(Duration::parse("99999999999999999999s").error().detail,
            "\"99999999999999999999s\" is too large");
}

TEST(ByteSize, ReadsWholeNumbersWithAUnit) {
  const std::pair<std::string_view, std::uint64_t> good[] = {
      {"0B", 0},          {"1KB", 1000},           {"256KiB", 262'144},
      {"5MB", 5'000'000}, {"2GiB", 2'147'483'648}, {"8TiB", 8'796'093'022'208}};
  for (const auto& [text, bytes] : good) {
    const auto parsed = ByteSize::parse(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(parsed->bytes, bytes);
    EXPECT_EQ(parsed->str(), text);
  }
  for (const char* text : {"", "1", "1kb", "1kiB", "KiB", "-1B", "1 KiB"})
    EXPECT_FALSE(ByteSize::parse(text)) << text;
  EXPECT_EQ(ByteSize::parse("9000000TiB").error().detail, "\"9000000TiB\" is too large");
}

class FilesTest : public testing::Test {
 protected:
  FilesTest() {
    std::string folder = testing::TempDir() + "trayline-config-test-XXXXXX";
    folder_ = ::mkdtemp(folder.data());
  }
  ~FilesTest() override { std::filesystem::remove_all(folder_); }
  std::string write(const std::string& name, const std::string& text, unsigned mode = 0600) const {
    const std::string path = (folder_ / name).string();
    std::ofstream(path) << text;
    ::chmod(path.c_str(), mode);
    return path;
  }
  std::filesystem::path folder_;
};

TEST_F(FilesTest, LoadsAFileOrNamesIt) {
  const auto good = load_toml(write("a.toml", "a = 1\n"));
  ASSERT_TRUE(good) << good.error().detail;
  EXPECT_EQ(good->values.int_at("a"), 1);
  const std::string absent = (folder_ / "absent.toml").string();
  EXPECT_EQ(load_toml(absent).error(),
            (Error{Code::not_found, absent + ": there is no such file"}));
  EXPECT_EQ(load_toml(folder_.string()).error(),
            (Error{Code::unavailable, folder_.string() + ": is a folder"}));
  const std::string bad = write("bad.toml", "a = \n");
  EXPECT_TRUE(load_toml(bad).error().detail.starts_with(bad + ":1:"))
      << load_toml(bad).error().detail;
  const std::string large = write("large.toml", std::string(kFileBytesMax + 1, '\n'));
  EXPECT_EQ(load_toml(large).error().detail, large + ": larger than 1048576 bytes");
}

TEST_F(FilesTest, ReadsASecretThatOnlyItsUserMayTouch) {
  EXPECT_EQ(read_secret(write("a", " \n sk_test_1 \r\n")).value(), "sk_test_1");
  EXPECT_EQ(read_secret(write("b", "two words\nand lines\n", 0400)).value(),
            "two words\nand lines");
  for (const unsigned mode : {0640U, 0604U, 0644U, 0620U}) {
    const std::string open = write("open", "sk_test_1", mode);
    EXPECT_EQ(read_secret(open).error(),
              (Error{Code::permission_denied,
                     fmt::format("{}: others may touch this secret (mode {:04o}); chmod 600 it",
                                 open, mode)}));
  }
  const std::string empty = write("empty", " \n");
  EXPECT_EQ(read_secret(empty).error(),
            (Error{Code::invalid_argument, empty + ": the secret is empty"}));
  EXPECT_EQ(read_secret(write("large", std::string(65 * 1024, 'x'))).error().code,
            Code::invalid_argument);
  EXPECT_EQ(read_secret((folder_ / "absent").string()).error().code, Code::not_found);
  EXPECT_EQ(read_secret(folder_.string()).error().code, Code::invalid_argument);
  const std::string pipe = (folder_ / "pipe").string();
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(read_secret(pipe).error(),
            (Error{Code::invalid_argument, pipe + ": is no regular file"}));
}

}  // namespace
}  // namespace trayline::config
