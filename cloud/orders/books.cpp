#include "cloud/orders/books.hpp"

#include "cloud/orders/sql.hpp"

namespace trayline::orders {
namespace {

constexpr std::int64_t kPage = 5'000;

}  // namespace

Result<void> each_order(store::Session& session,
                        const std::function<void(OrderId, wire::orders::State)>& take) {
  std::string last;
  for (;;) {
    const auto page = session.run(sql::read_order_books, {{"id", last}, {"most", kPage}});
    if (!page) return fail(page.error());
    for (const store::Row& row : *page) {
      const auto state = enum_value<wire::orders::State>(row.text("state"));
      if (!state)
        return fail(Code::unavailable, "the books cannot be read: order " + row.text("id") +
                                           " has the state \"" + row.text("state") + "\"");
      last = row.text("id");
      take(OrderId(last), *state);
    }
    if (std::ssize(*page) < kPage) return {};
  }
}

Result<void> each_fate(
    store::Session& session,
    const std::function<void(CoreId, const std::string& fate, std::int64_t)>& take) {
  const auto rows = session.run(sql::count_fates);
  if (!rows) return fail(rows.error());
  for (const store::Row& row : *rows) {
    take(CoreId(row.text("core")), row.text("fate"), row.integer("predictions"));
  }
  return {};
}

}  // namespace trayline::orders
