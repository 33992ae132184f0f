// Reads payments' books, in pages.
#include "cloud/payments/audit.hpp"
#include "cloud/payments/sql.hpp"

namespace trayline::payments {
namespace {

constexpr std::int64_t kPage = 5'000;

tl::unexpected<Error> unreadable(const std::string& what) {
  return fail(Code::unavailable, "the books cannot be read: " + what);
}

Result<void> read_ledger(store::Session& session, Books& books) {
  std::string site;
  std::int64_t seq = -1;
  for (;;) {
    const auto page =
        session.run(sql::read_ledger, {{"site", site}, {"seq", seq}, {"most", kPage}});
    if (!page) return fail(page.error());
    for (const store::Row& row : *page) {
      const Result<Currency> currency = Currency::parse(row.text("currency"));
      if (!currency)
        return unreadable("entry " + std::to_string(row.integer("seq")) + " of site " +
                          row.text("site") + " (order " + row.text("order_id") +
                          ") has the currency \"" + row.text("currency") + "\"");
      site = row.text("site");
      seq = row.integer("seq");
      books.ledger.push_back({{OrderId(row.text("order_id")),
                               SiteId(site),
                               row.text("kind"),
                               row.text("entry"),
                               row.integer("line"),
                               row.text("debit"),
                               row.text("credit"),
                               {row.integer("amount_minor"), *currency}},
                              seq,
                              row.integer("at_ms"),
                              row.text("hash")});
    }
    if (std::ssize(*page) < kPage) return {};
  }
}

Result<void> read_payments(store::Session& session, Books& books) {
  std::string last;
  for (;;) {
    const auto page = session.run(sql::read_payments, {{"order_id", last}, {"most", kPage}});
    if (!page) return fail(page.error());
    for (const store::Row& row : *page) {
      const auto state = enum_value<PaymentState>(row.text("state"));
      const Result<Currency> currency = Currency::parse(row.text("currency"));
      if (!state || !currency)
        return unreadable("the payment of order " + row.text("order_id") + " has the state \"" +
                          row.text("state") + "\" and the currency \"" + row.text("currency") +
                          "\"");
      PaymentBook book{OrderId(row.text("order_id")),
                       SiteId(row.text("site")),
                       row.text("means"),
                       *state,
                       *currency,
                       row.integer("hold_minor"),
                       row.integer("captured_minor"),
                       row.integer("refunding_minor"),
                       row.integer("refunded_minor"),
                       row.text("intent_id"),
                       "",
                       row.integer("asked_ms")};
      if (!row.text("raising").empty()) {
        const auto raise = from_json_text<RaiseUnderWay>(row.text("raising"));
        if (raise) book.raise_intent = raise->intent;
      }
      last = book.order.value;
      books.payments.push_back(std::move(book));
    }
    if (std::ssize(*page) < kPage) return {};
  }
}

}  // namespace

Result<Books> load_books(store::Session& session) {
  Books books;
  if (auto r = read_ledger(session, books); !r) return fail(r.error());
  const auto heads = session.run(sql::read_heads);
  if (!heads) return fail(heads.error());
  for (const store::Row& row : *heads) {
    books.heads[SiteId(row.text("site"))] = {row.integer("seq"), row.text("hash")};
  }
  if (auto r = read_payments(session, books); !r) return fail(r.error());
  return books;
}

}  // namespace trayline::payments
