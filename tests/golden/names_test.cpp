// The lists that no table holds: metric names, from the sources; commands and options, from what
// the program says about itself.
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <regex>
#include <sstream>

#include "tests/golden/golden.hpp"

namespace trayline::golden {
namespace {

namespace fs = std::filesystem;

TEST(Golden, Metrics) {
  Lines lines;
  const std::regex metric(R"re("(trayline_[a-z0-9_]+)")re");
  for (const char* tree : {"lib", "cloud", "edge"}) {
    const fs::path root(TRAYLINE_SOURCE_DIR);
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / tree)) {
      const std::string name = entry.path().filename().string();
      const bool source = name.ends_with(".cpp") || name.ends_with(".hpp");
      if (!source || name.ends_with("_test.cpp")) continue;
      const std::string text = read(fs::relative(entry.path(), root).string());
      for (std::sregex_iterator at(text.begin(), text.end(), metric), end; at != end; ++at) {
        lines.insert((*at)[1].str());
      }
    }
  }
  expect("metrics", lines);
}

std::string help_of(const std::string& command) {
  const std::string line = std::string(TRAYLINE_BIN_DIR) + "/" + command + " --help 2>&1";
  FILE* pipe = ::popen(line.c_str(), "r");
  if (pipe == nullptr) return "";
  std::string text;
  char piece[4096];
  for (std::size_t n = 0; (n = std::fread(piece, 1, sizeof piece, pipe)) > 0;) {
    text.append(piece, n);
  }
  EXPECT_EQ(::pclose(pipe), 0) << command << " --help says: " << text;
  return text;
}

// Subcommands stand behind two spaces, options begin with a dash; arguments have a heading.
void walk(Lines& lines, const std::string& command, int depth) {
  ASSERT_LT(depth, 4) << command << " has subcommands without end";
  std::istringstream text(help_of(command));
  const std::regex entry(R"re(^  ([a-z][a-z-]*)\s.*)re");
  const std::regex option(R"re(^\s+(-[^\s\[]+).*)re");
  std::string heading = depth == 0 ? "Subcommands:" : "";
  for (std::string line; std::getline(text, line);) {
    std::smatch found;
    if (!line.empty() && line[0] != ' ' && line.ends_with(':')) heading = line;
    if (std::regex_match(line, found, option)) {
      lines.insert(command + " " + found[1].str());
    } else if (std::regex_match(line, found, entry) && heading == "Positionals:") {
      lines.insert(command + " <" + found[1].str() + ">");
    } else if (std::regex_match(line, found, entry) && heading == "Subcommands:") {
      lines.insert(command + " " + found[1].str());
      walk(lines, command + " " + found[1].str(), depth + 1);
    }
  }
}

TEST(Golden, Commands) {
  if (!fs::exists(std::string(TRAYLINE_BIN_DIR) + "/trayline")) {
    GTEST_SKIP() << "the program trayline is not built";
  }
  Lines lines;
  walk(lines, "trayline", 0);
  expect("commands", lines);
}

}  // namespace
}  // namespace trayline::golden
