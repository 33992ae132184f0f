// What mistakes in command lines are called, and how failures are told.
#include "lib/command/command.hpp"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>

#include "lib/base/json.hpp"

namespace trayline::command {
namespace {

class Line {
 public:
  explicit Line(std::vector<std::string> words) : words_(std::move(words)) {
    for (std::string& word : words_) argv_.push_back(word.data());
  }
  int argc() const { return static_cast<int>(argv_.size()); }
  char** argv() { return argv_.data(); }

 private:
  std::vector<std::string> words_;
  std::vector<char*> argv_;
};

std::optional<Outcome> parse_shop(std::vector<std::string> words) {
  CLI::App app("Shops.", "shop");
  app.require_subcommand(1);
  int many = 0;
  app.add_subcommand("buy", "Buys")->add_option("--many", many, "How many")->required();
  app.add_subcommand("look", "Looks");
  Line line(std::move(words));
  return parse(app, line.argc(), line.argv());
}

TEST(Parse, NamesTheInnermostCommandAndWhatIsPossibleThere) {
  const struct {
    std::vector<std::string> words;
    const char* command;
    const char* says;
  } cases[] = {
      {{"shop"}, "shop", "a subcommand is required, one of: buy, look"},
      {{"shop", "sell"}, "shop", "there is no \"sell\"; these are: buy, look"},
      {{"shop", "buy"}, "shop buy", "--many is required"},
      {{"shop", "buy", "--many", "x"}, "shop buy", "--many"},
      {{"shop", "look", "--far"}, "shop look", "--far"},
      {{"shop", "look", "--far"}, "shop look", "see shop look --help"},
  };
  for (const auto& c : cases) {
    const auto over = parse_shop(c.words);
    ASSERT_TRUE(over && !*over) << c.says;
    EXPECT_EQ(over->error().command, c.command);
    EXPECT_EQ(over->error().status, kUsage);
    EXPECT_NE(over->error().error.detail.find(c.says), std::string::npos)
        << over->error().error.detail;
  }
}

TEST(Parse, LetsAGoodLineRunAndEndsWithHelp) {
  EXPECT_FALSE(parse_shop({"shop", "buy", "--many", "3"}));
  testing::internal::CaptureStdout();
  const auto over = parse_shop({"shop", "buy", "--help"});
  EXPECT_NE(testing::internal::GetCapturedStdout().find("How many"), std::string::npos);
  ASSERT_TRUE(over && *over);
  EXPECT_EQ(**over, 0);
}

TEST(Finish, TellsAFailureToPeopleAndWhereAskedToPrograms) {
  const Outcome lost = failed("shop buy", {Code::not_found, "no \"milk\""}, 3);
  for (const char* last : {"--json", "--other"}) {
    Line line({"shop", "buy", last});
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    EXPECT_EQ(finish(lost, line.argc(), line.argv()), 3);
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "shop buy: no \"milk\"\n");
    const std::string out = testing::internal::GetCapturedStdout();
    if (std::string(last) != "--json") {
      EXPECT_EQ(out, "");
      continue;
    }
    const Result<Json> json = parse_json(out);
    ASSERT_TRUE(json) << out;
    EXPECT_EQ(json->text_at("error"), "no \"milk\"");
    EXPECT_EQ(json->text_at("code"), "not_found");
    EXPECT_EQ(json->text_at("command"), "shop buy");
    EXPECT_EQ(json->int_at("status"), 3);
  }
}

TEST(Finish, SaysNothingOfWhatWentWell) {
  Line line({"shop", "--json"});
  testing::internal::CaptureStdout();
  EXPECT_EQ(finish(4, line.argc(), line.argv()), 4);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
}

}  // namespace
}  // namespace trayline::command
