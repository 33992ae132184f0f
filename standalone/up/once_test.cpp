// Comparing the books, and what is told of a run.
#include "standalone/up/once.hpp"

#include <gtest/gtest.h>

namespace trayline::up {
namespace {

TEST(Books, CountWhatIsTwiceWrongAndMissing) {
  struct Case {
    const char* what;
    std::vector<OrderRead> orders;
    std::vector<Charge> charges;
    Books books;
  };
  const Case cases[] = {
      {"nothing", {}, {}, {0, 0, 0, 0}},
      {"paid once", {{"a", "paid", 500}}, {{"a", 500}}, {1, 1, 0, 0}},
      {"paid twice", {{"a", "paid", 500}}, {{"a", 500}, {"a", 500}}, {1, 2, 1, 0}},
      {"paid, never charged", {{"a", "paid", 500}}, {}, {1, 0, 0, 1}},
      {"paid, another sum charged", {{"a", "paid", 500}}, {{"a", 499}}, {1, 1, 0, 1}},
      {"charged, not paid", {{"a", "mismatch", 500}}, {{"a", 500}}, {1, 1, 1, 0}},
      {"neither", {{"a", "cancelled", 500}}, {}, {1, 0, 0, 0}},
      {"charges of other runs", {{"a", "paid", 500}}, {{"b", 1}, {"a", 500}}, {1, 1, 0, 0}},
  };
  for (const Case& c : cases) EXPECT_EQ(compare_books(c.orders, c.charges), c.books) << c.what;
}

TEST(Played, IsWellOnlyWhenStoriesAndBooksAre) {
  Played played;
  played.stories = {{"one", "paid", true, false, "", 5}};
  played.books = {1, 1, 0, 0};
  EXPECT_EQ(to_json(played).dump(),
            R"({"ok":true,"stories":[{"name":"one","outcome":"paid","ok":true,"ms":5}],)"
            R"("charges":{"orders":1,"captured":1,"double":0,"missing":0}})");
  played.books.missing = 1;
  EXPECT_FALSE(played.ok()) << "a charge is missing";
  played.books.missing = 0;
  played.stories[0].ok = false;
  EXPECT_FALSE(played.ok()) << "a story failed";
  played.stories[0].ok = true;
  played.why = "the ledger cannot be read";
  EXPECT_FALSE(played.ok()) << "books that nobody compared";
}

TEST(Played, IsNotWellWhenNothingWasPlayed) { EXPECT_FALSE(Played{}.ok()); }

}  // namespace
}  // namespace trayline::up
