// Json, its parser's limits, and the struct walker.
#include "lib/base/json.hpp"

#include <gtest/gtest.h>

#include <array>

#include "lib/base/describe.hpp"

namespace trayline {

enum class Colour { red, green };
constexpr auto enum_names(Colour) {
  return std::array{std::pair{Colour::red, std::string_view("red")},
                    std::pair{Colour::green, std::string_view("green")}};
}

namespace {

struct Line {
  Sku sku;
  std::int64_t count = 0;
  static void describe(auto& member, auto& self) {
    member("sku", self.sku);
    member("count", self.count);
  }
};

struct Basket {
  OrderId id;
  std::vector<Line> lines;
  std::optional<std::string> note;
  Colour colour = Colour::red;
  static void describe(auto& member, auto& self) {
    member("id", self.id);
    member("lines", self.lines);
    member("note", self.note);
    member.defaulted("colour", self.colour);
  }
};

TEST(Json, RoundTripsStructsThroughText) {
  const Basket basket{OrderId("o-1"), {{Sku("soup"), 2}}, std::nullopt, Colour::green};
  const std::string text = to_json_text(basket);
  EXPECT_EQ(text, R"({"id":"o-1","lines":[{"sku":"soup","count":2}],"colour":"green"})");
  const auto back = from_json_text<Basket>(text);
  ASSERT_TRUE(back) << back.error().detail;
  EXPECT_EQ(back->lines.at(0).sku, Sku("soup"));
  EXPECT_EQ(back->colour, Colour::green);
}

TEST(Json, NamesEveryProblemByItsPointer) {
  const auto back = from_json_text<Basket>(R"({"lines":[{"sku":1,"count":1.5}],"colour":"blue"})");
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().detail,
            "/id: is required; /lines/0/sku: expected a text; /lines/0/count: expected an integer; "
            "/colour: expected one of red green");
}

TEST(Json, RefusesWhatIsNotOneSoundText) {
  for (const std::string_view bad :
       {"", "{", "{\"a\":1,\"a\":2}", "[1,2", "1 2", "{\"a\":9223372036854775808}", "nul",
        "{\"a\":18446744073709551616000}", "\"\xff\"", "{'a':1}"}) {
    EXPECT_FALSE(parse_json(bad)) << bad;
  }
}

TEST(Json, RefusesAMemberThatStandsTwiceHoweverManyThereAre) {
  for (const int members : {1, 2, 15, 16, 17, 18, 40}) {
    std::string text = "{\"m0\":0";
    for (int i = 1; i < members; ++i) text += ",\"m" + std::to_string(i) + "\":0";
    ASSERT_TRUE(parse_json(text + "}")) << text;
    for (const int again : {0, members / 2, members - 1}) {
      const auto twice = parse_json(text + ",\"m" + std::to_string(again) + "\":0}");
      ASSERT_FALSE(twice) << text;
      EXPECT_NE(twice.error().detail.find("m" + std::to_string(again) + "\" twice"),
                std::string::npos)
          << twice.error().detail;
    }
  }
}

TEST(Json, RefusesTextThatIsTooDeepOrTooLong) {
  EXPECT_TRUE(parse_json(std::string(32, '[') + std::string(32, ']')));
  EXPECT_FALSE(parse_json(std::string(33, '[') + std::string(33, ']')));
  const auto longer = parse_json("\"" + std::string(300 * 1024, 'x') + "\"");
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error().code, Code::exhausted);
}

TEST(Json, KeepsEscapesUnicodeAndNumbers) {
  const auto json = parse_json(R"({"t":"a\u00e9\n\"\\","i":-9223372036854775808,"d":1.5,"e":[]})");
  ASSERT_TRUE(json) << json.error().detail;
  EXPECT_EQ(json->text_at("t"), "a\xc3\xa9\n\"\\");
  EXPECT_EQ(json->int_at("i"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(*parse_json(json->dump()), *json);
}

TEST(Json, ReadsADoubleAsWhatItWasPrintedFrom) {
  for (const char* text :
       {"2.5e82", "0.1", "1e-300", "4.9e-324", "1.7976931348623157e308", "0.30000000000000004",
        "123456789.12345679", "-2.2250738585072014e-308"}) {
    const auto json = parse_json(text);
    ASSERT_TRUE(json) << text << ": " << json.error().detail;
    const double* value = json->as_double();
    ASSERT_NE(value, nullptr) << text;
    EXPECT_EQ(*value, std::strtod(text, nullptr)) << text;
    EXPECT_EQ(parse_json(json->dump()), json) << text << " becomes " << json->dump();
  }
}

TEST(Json, RefusesNumbersBeyondADouble) {
  for (const char* text : {"1e999", "-1e309", "[1.0e400]"}) {
    EXPECT_FALSE(parse_json(text)) << text << " is no number that can be kept";
  }
  EXPECT_TRUE(parse_json("1e-999")) << "too small is nought";
}

}  // namespace
}  // namespace trayline
