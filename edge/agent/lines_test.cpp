#include "edge/agent/lines.hpp"

#include <gtest/gtest.h>

namespace trayline::agent {
namespace {

TEST(Lines, APublicationKeepsItsBodyAsCompactJson) {
  const auto line = parse_line(
      R"({"verb":"pub","id":3,"topic":"predictions","body":{"b": 1, "a":[1.5]},"to":"cloud",)"
      R"("class":"critical","key":"k-1","new_member":1})");
  ASSERT_TRUE(std::holds_alternative<Publish>(line));
  const Publish& pub = std::get<Publish>(line);
  EXPECT_EQ(pub.id, 3);
  EXPECT_EQ(pub.payload, R"({"b":1,"a":[1.5]})");
  EXPECT_TRUE(pub.to_cloud);
  EXPECT_EQ(pub.cls, Class::critical);
  EXPECT_EQ(pub.key, "k-1");
}

TEST(Lines, RefusesWhatDoesNotFitAndSaysWhy) {
  struct Row {
    std::string text;
    std::string code;
    std::int64_t id;
  };
  const std::string deep = R"({"verb":"pub","id":1,"topic":"t","to":"local","body":)" +
                           std::string(40, '[') + std::string(40, ']') + "}";
  for (const Row& row : std::vector<Row>{
           {"", "bad_json", -1},
           {"[]", "bad_json", -1},
           {"{", "bad_json", -1},
           {"\xff\xfe", "bad_json", -1},
           {R"({"verb":"pub","verb":"sub"})", "bad_json", -1},
           {deep, "bad_json", -1},
           {R"({"verb":"dance","id":4})", "unknown", 4},
           {R"({"id":4})", "unknown", 4},
           {R"({"verb":"sub","id":5,"topic":"a/#/b"})", "bad_topic", 5},
           {R"({"verb":"sub","id":5})", "bad_topic", 5},
           {R"({"verb":"pub","id":6,"topic":"../x","to":"cloud","body":1})", "bad_topic", 6},
           {R"({"verb":"pub","id":6,"topic":"a/+","to":"cloud","body":1})", "bad_topic", 6},
           {R"({"verb":"pub","id":6,"topic":"a","to":"moon","body":1})", "bad_json", 6},
           {R"({"verb":"pub","id":6,"topic":"a","to":"local"})", "bad_json", 6},
           {R"({"verb":"pub","id":6,"topic":"a","to":"cloud","body":1,"class":"x"})", "bad_json",
            6},
           {R"({"verb":"pub","id":6,"topic":"a","to":"cloud","body":1,"key":"a b"})", "bad_json",
            6},
           {R"({"verb":"metric","id":7,"name":"x","value":"1"})", "bad_json", 7}}) {
    const auto line = parse_line(row.text);
    const BadLine* bad = std::get_if<BadLine>(&line);
    ASSERT_NE(bad, nullptr) << row.text << " was taken";
    EXPECT_EQ(bad->code, row.code) << row.text << ": " << bad->why;
    EXPECT_EQ(bad->id, row.id) << row.text;
  }
}

TEST(Lines, TopicsAreLevelsOfPlainCharacters) {
  for (const char* good : {"a", "a/b", "predictions", "s-1/state"}) {
    EXPECT_TRUE(is_local_topic(good)) << good;
  }
  for (const char* bad :
       {"", "/", "a/", "/a", "a//b", "a/+", "a/#", "a b", "$sys", "a.b", "\xc3\xa4"}) {
    EXPECT_FALSE(is_local_topic(bad)) << bad;
  }
  for (const char* good : {"#", "+", "a/#", "+/b", "a/+/c"}) {
    EXPECT_TRUE(is_local_filter(good)) << good;
  }
  for (const char* bad : {"", "a/#/b", "a#", "+a", "#/a"})
    EXPECT_FALSE(is_local_filter(bad)) << bad;
}

TEST(Lines, AnswersAreJsonLines) {
  EXPECT_EQ(ok_line(1, 2), "{\"verb\":\"ok\",\"id\":1,\"seq\":2}\n");
  EXPECT_EQ(err_line({1, "full", "w"}),
            "{\"verb\":\"err\",\"id\":1,\"code\":\"full\",\"why\":\"w\"}\n");
  const std::string msg = msg_line({7, "a/b", R"({"x":"y"})", 2, 30});
  const Json json = parse_json(std::string_view(msg).substr(0, msg.size() - 1)).value();
  EXPECT_EQ(json.at("body", "x")->dump(), "\"y\"");
  EXPECT_EQ(json.int_at("attempt"), 2);
}

std::string shown(const std::vector<LineBuffer::Item>& items) {
  std::string text;
  for (const LineBuffer::Item& item : items) {
    const std::string* line = std::get_if<std::string>(&item);
    text += line != nullptr ? "<" + *line + ">" : "<too long>";
  }
  return text;
}

TEST(Lines, AreCutWhereverTheBytesAre) {
  LineBuffer buffer;
  EXPECT_EQ(shown(buffer.feed("ab")), "");
  EXPECT_EQ(shown(buffer.feed("c\nde\n\nf")), "<abc><de><>");
  EXPECT_EQ(shown(buffer.feed("\n")), "<f>");
}

TEST(Lines, AnOverlongLineIsLeftOutAndTheNextOneRead) {
  LineBuffer buffer;
  EXPECT_EQ(shown(buffer.feed(std::string(kLineBytesMax, 'x'))), "");
  EXPECT_EQ(shown(buffer.feed("xx")), "<too long>");
  EXPECT_EQ(shown(buffer.feed(std::string(kLineBytesMax, 'x'))), "");
  EXPECT_EQ(shown(buffer.feed("x\nnext\n")), "<next>");
}

}  // namespace
}  // namespace trayline::agent
