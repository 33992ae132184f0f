// The language of stories.
#include "sim/story/story.hpp"

#include <gtest/gtest.h>

namespace trayline::story {
namespace {

TEST(Story, ReadsTitleOutcomeAndLines) {
  const auto story =
      parse("x", "# comment\nstory A tray\noutcome nothing\n\ntray 2 roll soup code ann\n");
  ASSERT_TRUE(story) << story.error().detail;
  EXPECT_EQ(story->title, "A tray");
  ASSERT_EQ(story->lines.size(), 1U);
  EXPECT_EQ(story->lines[0].number, 5);
  EXPECT_EQ(story->lines[0].words.size(), 5U);
}

TEST(Story, NamesTheLineThatItDoesNotUnderstand) {
  const auto story = parse("x", "story A\noutcome b\nfly ann\n");
  ASSERT_FALSE(story);
  EXPECT_NE(story.error().detail.find("line 3 (fly ann)"), std::string::npos);
}

TEST(Story, AllThatComeWithTheProductCanBeRead) { EXPECT_EQ(all().size(), 5U); }

}  // namespace
}  // namespace trayline::story
