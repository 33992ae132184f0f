// Forms with nested brackets, and UTF-8.
#include "sim/stripe/form.hpp"

#include <gtest/gtest.h>

namespace trayline::stripe_sim {
namespace {

TEST(Form, ReadsNestedNamesHoweverTheyAreEscaped) {
  struct Row {
    const char* text;
    const char* json;
  };
  for (const Row& row : {
           Row{"", "{}"},
           Row{"a=1&b=", R"({"a":"1","b":""})"},
           Row{"a", R"({"a":""})"},
           Row{"&&a=1&", R"({"a":"1"})"},
           Row{"name=J+D%20x%2B", R"({"name":"J D x+"})"},
           Row{"metadata[user_id]=u1", R"({"metadata":{"user_id":"u1"}})"},
           Row{"metadata%5Buser_id%5D=%C3%BC", "{\"metadata\":{\"user_id\":\"\xc3\xbc\"}}"},
           Row{"expand[]=a&expand%5B%5D=b", R"({"expand":{"0":"a","1":"b"}})"},
           Row{"expand[0]=a&expand[1]=b", R"({"expand":{"0":"a","1":"b"}})"},
           Row{"a[b][c]=1&a[b][d]=2&a[e]=3", R"({"a":{"b":{"c":"1","d":"2"},"e":"3"}})"},
           Row{"a=b=c", R"({"a":"b=c"})"},
       }) {
    const auto form = parse_form(row.text);
    ASSERT_TRUE(form) << row.text << ": " << form.error().detail;
    EXPECT_EQ(form->dump(), row.json) << row.text;
  }
}

TEST(Form, RefusesWhatCannotBeMeant) {
  for (const char* text :
       {"=1", "a[b=1", "a]b=1", "a[b]c=1", "a[[b]]=1", "[a]=1", "a=1&a=2", "a=1&a[b]=2",
        "a[b]=1&a=2", "a=%", "a=%4", "a=%zz", "a=%ff", "%c0%80=1", "a=%ed%a0%80"}) {
    EXPECT_FALSE(parse_form(text)) << text;
  }
}

TEST(Form, RefusesWhatIsBeyondItsLimits) {
  const FormLimits limits{.bytes_max = 20, .pairs_max = 3, .depth_max = 2};
  EXPECT_TRUE(parse_form("a=1&b=2&c=3", limits));
  EXPECT_FALSE(parse_form("a=1&b=2&c=3&d=4", limits));
  EXPECT_TRUE(parse_form("a[b]=1", limits));
  EXPECT_FALSE(parse_form("a[b][c]=1", limits));
  EXPECT_FALSE(parse_form("a=345678901234567890x", limits));
}

TEST(Form, FlattensToTheSamePairsInWhateverOrder) {
  const auto a = parse_form("b[x]=1&a=2&c[]=3");
  const auto b = parse_form("a=2&c[0]=3&b%5Bx%5D=1");
  EXPECT_EQ(flatten(*a), flatten(*b));
  EXPECT_EQ(flatten(*a).at(1).first, "b[x]");
}

}  // namespace
}  // namespace trayline::stripe_sim
