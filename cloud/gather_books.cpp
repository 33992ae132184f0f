#include "cloud/gather_books.hpp"

#include "cloud/orders/books.hpp"

namespace trayline::cloud {
namespace {

Result<void> gather_orders(store::Session& session, payments::Books& books) {
  books.orders.emplace();
  using enum wire::orders::State;
  auto done = orders::each_order(session, [&](OrderId id, wire::orders::State state) {
    const bool over = state == cancelled || state == expired || state == refunded;
    books.orders->push_back({std::move(id), std::string(enum_name(state)), over});
  });
  if (!done) return done;
  std::map<CoreId, payments::FateBook> fates;
  done = orders::each_fate(session, [&](CoreId core, const std::string& fate, std::int64_t n) {
    payments::FateBook& book = fates[core];
    book.core = core;
    book.stored += n;
    if (fate == "charged") book.charged += n;
    if (fate == "superseded") book.superseded += n;
    if (fate == "closed") book.closed += n;
    if (fate == "open") book.open += n;
  });
  if (!done) return done;
  books.fates.emplace();
  for (auto& [core, book] : fates) books.fates->push_back(book);
  return {};
}

}  // namespace

Result<payments::Books> gather_books(store::Session& session) {
  Result<payments::Books> books = payments::load_books(session);
  if (!books) return books;
  if (auto r = gather_orders(session, *books); !r) return fail(r.error());
  return books;
}

}  // namespace trayline::cloud
