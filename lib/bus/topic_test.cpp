// Topics, filters and when they fit.
#include <gtest/gtest.h>

#include "lib/bus/bus.hpp"

namespace trayline::bus {
namespace {

TEST(Topic, IsWhatMayBePublishedOn) {
  const std::pair<std::string, bool> cases[] = {
      {"a", true},
      {"a/b/c", true},
      {"/", true},
      {"a//b", true},
      {"a b", true},
      {"$aws/things/x", true},
      {std::string(512, 'a'), true},
      {"", false},
      {std::string(513, 'a'), false},
      {"a/+/b", false},
      {"#", false},
      {"a#", false},
      {std::string("a\0b", 3), false},
      {"a\nb", false},
      {"caf\xC3\xA9", false},
      {"a\x7f", false},
  };
  for (const auto& [topic, good] : cases) EXPECT_EQ(is_topic(topic), good) << topic;
}

TEST(Filter, IsWhatMayBeSubscribedTo) {
  const std::pair<std::string, bool> cases[] = {
      {"a", true},
      {"+", true},
      {"#", true},
      {"+/up/#", true},
      {"a/+/+", true},
      {"/+", true},
      {"+/", true},
      {"$share/g/a/#", true},
      {"$share/g//", true},
      {"$shared/a", true},
      {"", false},
      {"a+", false},
      {"+a/b", false},
      {"a/#/b", false},
      {"a#", false},
      {"##", false},
      {"++", false},
      {"$share/", false},
      {"$share/g", false},
      {"$share/g/", false},
      {"$share//a", false},
      {"$share/g+/a", false},
      {"$share/g/a#", false},
      {std::string(513, 'a'), false},
  };
  for (const auto& [filter, good] : cases) EXPECT_EQ(is_filter(filter), good) << filter;
}

TEST(Filter, FitsTopicsLevelByLevel) {
  struct Case {
    std::string filter, topic;
    bool fits;
  };
  const Case cases[] = {
      {"a/b", "a/b", true},
      {"a/b", "a/c", false},
      {"a/b", "a/b/c", false},
      {"a/b", "a", false},
      {"a/b", "A/b", false},
      {"a/b/", "a/b", false},
      {"a/b", "a/b/", false},
      {"/a", "a", false},
      {"+", "a", true},
      {"+", "/a", false},
      {"+/+", "/a", true},
      {"/+", "/a", true},
      {"+", "a/b", false},
      {"a/+", "a/", true},
      {"a/+", "a", false},
      {"a/+/c", "a/b/c", true},
      {"a/+/c", "a//c", true},
      {"a/+/c", "a/b/d", false},
      {"#", "a", true},
      {"#", "a/b/c", true},
      {"#", "/", true},
      {"a/#", "a", true},
      {"a/#", "a/", true},
      {"a/#", "a/b/c", true},
      {"a/#", "ab", false},
      {"a/#", "b", false},
      {"+/#", "a", true},
      {"a/+/#", "a", false},
      {"a/+/#", "a/b", true},
      {"#", "$SYS/x", false},
      {"+/x", "$SYS/x", false},
      {"$SYS/#", "$SYS/x", true},
      {"$SYS/+", "$SYS/x", true},
      {"a/#", "a/$b", true},
      {"$share/g/+/up/#", "IoT-x/up/a", true},
      {"$share/g/#", "$SYS/x", false},
      {"+/up/#", "IoT-x/up/camera/predictions", true},
      {"+/up/#", "IoT-x/down/camera", false},
      {"a+", "a+", false},
      {"", "", false},
      {"a", "", false},
  };
  for (const Case& c : cases)
    EXPECT_EQ(matches(c.filter, c.topic), c.fits) << c.filter << " and " << c.topic;
}

// Every filter and topic of up to three levels over a small alphabet, against a definition by
// recursion.
bool fits_by_definition(const std::vector<std::string>& filter,
                        const std::vector<std::string>& topic) {
  if (filter.empty()) return topic.empty();
  if (filter[0] == "#") return true;
  if (topic.empty()) return false;
  if (filter[0] != "+" && filter[0] != topic[0]) return false;
  return fits_by_definition({filter.begin() + 1, filter.end()}, {topic.begin() + 1, topic.end()});
}

std::vector<std::vector<std::string>> paths_over(const std::vector<std::string>& levels) {
  std::vector<std::vector<std::string>> paths;
  std::vector<std::vector<std::string>> longest{{}};
  for (int depth = 0; depth < 3; ++depth) {
    std::vector<std::vector<std::string>> longer;
    for (const auto& path : longest) {
      for (const auto& level : levels) {
        longer.push_back(path);
        longer.back().push_back(level);
      }
    }
    paths.insert(paths.end(), longer.begin(), longer.end());
    longest = std::move(longer);
  }
  return paths;
}

std::string joined(const std::vector<std::string>& levels) {
  std::string text = levels[0];
  for (std::size_t i = 1; i < levels.size(); ++i) text += "/" + levels[i];
  return text;
}

TEST(Filter, FitsAsTheDefinitionSays) {
  int fitting = 0;
  for (const auto& filter : paths_over({"a", "b", "", "+", "#"})) {
    if (!is_filter(joined(filter))) continue;
    for (const auto& topic : paths_over({"a", "b", ""})) {
      if (!is_topic(joined(topic))) continue;
      const bool expected = fits_by_definition(filter, topic);
      fitting += expected ? 1 : 0;
      EXPECT_EQ(matches(joined(filter), joined(topic)), expected)
          << joined(filter) << " and " << joined(topic);
    }
  }
  EXPECT_GT(fitting, 500);
}

}  // namespace
}  // namespace trayline::bus
