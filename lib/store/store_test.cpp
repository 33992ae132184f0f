// Row, Rows and what @rows(...) and :name become.
#include "lib/store/store.hpp"

#include <gtest/gtest.h>

#include "lib/base/check.hpp"
#include "lib/store/pg_array.hpp"
#include "lib/store/rows.hpp"

namespace trayline::store {
namespace {

std::string text_for(std::string_view sql, Engine engine) {
  const auto expanded = expand({"t.x", sql, {}}, engine);
  return expanded ? expanded->sql : expanded.error().detail;
}

struct TextCase {
  std::string_view sql;
  std::string_view sqlite;
  std::string_view postgres;
};

TEST(Expand, WritesEachTextInTheNotationOfTheEngine) {
  const TextCase cases[] = {
      {"SELECT 1", "SELECT 1", "SELECT 1"},
      {"a = :x AND b = :y OR c = :x", "a = :x AND b = :y OR c = :x", "a = $1 AND b = $2 OR c = $1"},
      {"SELECT sku FROM @rows(sku text) AS r",
       "SELECT sku FROM (SELECT c0 AS sku FROM row_set(:rows)) AS r",
       "SELECT sku FROM (SELECT unnest($1::text[]) AS sku) AS r"},
      {"SELECT n FROM @rows( a text ,\n n bigint ) WHERE n > :least",
       "SELECT n FROM (SELECT c0 AS a, c1 AS n FROM row_set(:rows)) WHERE n > :least",
       "SELECT n FROM (SELECT unnest($1::text[]) AS a, unnest($2::bigint[]) AS n) AS row_set "
       "WHERE n > $3"},
      {"WHERE t = :t AND id IN (SELECT id FROM @rows(id text))",
       "WHERE t = :t AND id IN (SELECT id FROM (SELECT c0 AS id FROM row_set(:rows)))",
       "WHERE t = $2 AND id IN (SELECT id FROM (SELECT unnest($1::text[]) AS id) AS row_set)"},
      {"':x it''s :y' \":z\" -- :c\n/* :d */ :e", "':x it''s :y' \":z\" -- :c\n/* :d */ :e",
       "':x it''s :y' \":z\" -- :c\n/* :d */ $1"},
      {"x::text || :y::bigint", "x::text || :y::bigint", "x::text || $1::bigint"},
      {"'@rows(a wrong)' @rowsx a[1:2]", "'@rows(a wrong)' @rowsx a[1:2]",
       "'@rows(a wrong)' @rowsx a[1:2]"},
      {"SELECT id FROM t ORDER BY id @lock(t)", "SELECT id FROM t ORDER BY id ",
       "SELECT id FROM t ORDER BY id FOR UPDATE OF t"},
      {"SELECT id FROM t LIMIT :most @lock_free( t )", "SELECT id FROM t LIMIT :most ",
       "SELECT id FROM t LIMIT $1 FOR UPDATE OF t SKIP LOCKED"},
      {"'unclosed :x", "'unclosed :x", "'unclosed :x"},
  };
  for (const TextCase& c : cases) {
    EXPECT_EQ(text_for(c.sql, Engine::sqlite), c.sqlite);
    EXPECT_EQ(text_for(c.sql, Engine::postgres), c.postgres);
  }
}

TEST(Expand, TakesTheOtherTextForPostgres) {
  const Statement two{"t.x", "SELECT :a", "SELECT :b"};
  EXPECT_EQ(expand(two, Engine::sqlite)->sql, "SELECT :a");
  EXPECT_EQ(expand(two, Engine::postgres)->sql, "SELECT $1");
  EXPECT_EQ(expand(two, Engine::postgres)->parameters, std::vector<std::string>{"b"});
}

TEST(Expand, SaysWhatIsWrongWithAText) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"@rows()", "statement t.x: @rows(name type, ...) expected"},
      {"@rows(a text", "statement t.x: @rows(name type, ...) expected"},
      {"@rows(a text b text)", "statement t.x: @rows(name type, ...) expected"},
      {"@rows(a)", "statement t.x: column a of @rows needs the type text or bigint"},
      {"@rows(a real)", "statement t.x: column a of @rows needs the type text or bigint"},
      {"@rows(a text, a text)", "statement t.x: column a stands twice in @rows"},
      {"@rows(a text) @rows(b text)",
       "statement t.x: its @rows(...) differ; one set of rows with the same columns is allowed"},
      {"SELECT 1 @lock()", "statement t.x: @lock(table) expected"},
      {"SELECT 1 @lock_free(t", "statement t.x: @lock_free(table) expected"},
      {":rows", "statement t.x: :rows is the name of its set of rows"},
  };
  for (const auto& [sql, detail] : cases) EXPECT_EQ(text_for(sql, Engine::postgres), detail);
  std::string wide = "@rows(c text";
  for (std::size_t i = 1; i <= kRowColumnsMax; ++i) wide += ", c" + std::to_string(i) + " text";
  EXPECT_EQ(text_for(wide + ")", Engine::sqlite), "statement t.x: its @rows has too many columns");
}

TEST(Rows, BecomeOneBinaryArrayPerColumn) {
  const auto shape = expand({"t.x", "@rows(a text, n bigint)", {}}, Engine::postgres);
  ASSERT_TRUE(shape);
  Rows rows(2);
  std::string out = "what was there before";
  ASSERT_TRUE(to_array(rows, *shape, 0, out));
  EXPECT_EQ(out, std::string("\0\0\0\0\0\0\0\0\0\0\0\x19", 12)) << "no dimension";
  rows.add("ab", -2);
  rows.add(Value(), 7);
  ASSERT_TRUE(to_array(rows, *shape, 0, out));
  const std::string texts(
      "\0\0\0\1\0\0\0\0\0\0\0\x19\0\0\0\2\0\0\0\1"
      "\0\0\0\2"
      "ab\xff\xff\xff\xff",
      30);
  EXPECT_EQ(out, texts);
  ASSERT_TRUE(to_array(rows, *shape, 1, out));
  const std::string numbers(
      "\0\0\0\1\0\0\0\0\0\0\0\x14\0\0\0\2\0\0\0\1"
      "\0\0\0\x8\xff\xff\xff\xff\xff\xff\xff\xfe"
      "\0\0\0\x8\0\0\0\0\0\0\0\7",
      44);
  EXPECT_EQ(out, numbers);
  EXPECT_EQ(from_binary(std::string_view(numbers).substr(24, 8)), -2);
  EXPECT_EQ(from_binary(std::string_view("\xff\xfe", 2)), -2);
  EXPECT_EQ(from_binary("\1"), 1);
}

TEST(Rows, RefuseTextsThatNoEngineKeeps) {
  const std::pair<std::string, bool> cases[] = {
      {"", true},
      {"plain", true},
      {"plain and longer than eight bytes", true},
      {std::string("longer than eight\0and more", 26), false},
      {std::string("\0eight and more", 15), false},
      {"eight as\xC3\xA9 eight as\xF0\x9F\x8D\x9C", true},
      {"eight as\xC3 eight as", false},
      {"\xF0\x9F\x8D\x9C \xC3\xA9 \xE2\x82\xAC", true},
      {std::string("a\0b", 3), false},
      {"\xC0\x80", false},
      {"\x80", false},
      {"\xC3", false},
      {"\xE0\x9F\x80", false},
      {"\xED\xA0\x80", false},
      {"\xF0\x8F\x80\x80", false},
      {"\xF4\x90\x80\x80", false},
      {"\xF5\x80\x80\x80", false},
  };
  const auto shape = expand({"t.x", "@rows(a text)", {}}, Engine::sqlite);
  for (const auto& [text, storable] : cases) {
    EXPECT_EQ(is_storable(text), storable) << testing::PrintToString(text);
    Rows rows(1);
    rows.add(text);
    EXPECT_EQ(check_values(rows, *shape).has_value(), storable);
    std::string array;
    EXPECT_EQ(to_array(rows, *shape, 0, array).has_value(), storable);
  }
}

TEST(Rows, OfTheWrongShapeAreABug) {
  const ChecksThrow throwing;
  Rows rows(2);
  EXPECT_THROW(rows.add("one"), Broken);
  const auto shape = expand({"t.x", "@rows(a bigint)", {}}, Engine::sqlite);
  Rows text(1);
  text.add("7");
  EXPECT_THROW((void)check_values(text, *shape), Broken);
  std::string array;
  EXPECT_THROW((void)to_array(text, *shape, 0, array), Broken);
}

TEST(Row, GivesValuesByNameAndNullAsEmpty) {
  const auto names =
      std::make_shared<const std::vector<std::string>>(std::vector<std::string>{"id", "n", "gone"});
  const Row row(names, {Value(std::string("o-1")), Value(std::int64_t{7}), Value()});
  EXPECT_EQ(row.text("id"), "o-1");
  EXPECT_EQ(row.integer("n"), 7);
  EXPECT_TRUE(row.is_null("gone"));
  EXPECT_EQ(row.text("gone"), "");
  EXPECT_EQ(row.integer("gone"), 0);
  EXPECT_EQ(row.optional_text("gone"), std::nullopt);
  EXPECT_EQ(row.optional_integer("n"), 7);
  const ChecksThrow throwing;
  EXPECT_THROW((void)row.text("n"), Broken);
  EXPECT_THROW((void)row.integer("id"), Broken);
  EXPECT_THROW((void)row.is_null("unknown"), Broken);
}

}  // namespace
}  // namespace trayline::store
