// The comparison with the provider's lists: pages, looks again, and what is kept of it.
#include <gtest/gtest.h>

#include <deque>

#include "cloud/payments/books_state.hpp"
#include "cloud/payments/compare_executor.hpp"

namespace trayline::payments {
namespace {

const Time kNow = from_ms(1'790'000'000'000);

std::string intent(const std::string& id, int received) {
  return R"({"id":")" + id + R"(","object":"payment_intent","amount":500,"amount_capturable":0,)" +
         R"("amount_received":)" + std::to_string(received) +
         R"(,"currency":"eur","status":"succeeded","created":1700000000,"metadata":{"order_id":)" +
         R"("order-)" + id + R"(","attempt":"1"},"last_payment_error":null})";
}
std::string list(const std::vector<std::string>& rows, bool more) {
  std::string data;
  for (const std::string& row : rows) data += (data.empty() ? "" : ",") + row;
  return R"({"object":"list","has_more":)" + std::string(more ? "true" : "false") + R"(,"data":[)" +
         data + "]}";
}

class CompareTest : public testing::Test {
 protected:
  static PaymentBook ours(const std::string& id, std::int64_t captured) {
    PaymentBook book;
    book.order = OrderId("order-" + id);
    book.site = SiteId("main");
    book.means = "card";
    book.state = PaymentState::captured;
    book.currency = *Currency::parse("EUR");
    book.hold_minor = book.captured_minor = captured;
    book.intent = id;
    book.asked_ms = to_ms(kNow);
    return book;
  }
  static LedgerRow entry(const PaymentBook& book, std::int64_t seq, const std::string& before) {
    LedgerRow row{{book.order, book.site, "capture", "capture", 1, "provider:card", "sales:main",
                   Money{book.captured_minor, book.currency}},
                  seq,
                  1,
                  ""};
    row.hash = chained(before, row);
    return row;
  }
  void put(const PaymentBook& book) {
    const std::string before = books.ledger.empty() ? "" : books.ledger.back().hash;
    books.ledger.push_back(entry(book, std::ssize(books.ledger) + 1, before));
    books.heads[book.site] = {books.ledger.back().seq, books.ledger.back().hash};
    books.payments.push_back(book);
  }
  // What the executor ends with; every list is answered from `pages`, then with an empty one.
  host::Outcome run() {
    stripe::Outside outside;
    outside.send = [this](const http::ClientRequest& request, const http::Client::Done& done) {
      asked.push_back(request.url);
      http::Response response;
      response.body = pages.empty() ? list({}, false) : pages.front();
      if (!pages.empty()) pages.pop_front();
      if (!up) return done(fail(Code::unavailable, "away"));
      done(std::move(response));
    };
    outside.after = [](Millis, const std::function<void()>& task) { task(); };
    stripe::Settings wire;
    wire.base_url = "http://stripe";
    stripe::Client client(wire, "sk_test_x", std::move(outside), clock, random);
    const auto executor = make_compare_executor(
        {client, [](const std::function<void()>& task) { task(); },
         [](const std::function<void(store::Session&)>& job) {
           struct None final : store::Session {
             Result<store::Answer> run(const store::Statement&, const store::Args&) override {
               return fail(Code::unavailable, "none");
             }
             Result<store::Answer> run(const store::Statement&, const store::Rows&,
                                       const store::Args&) override {
               return fail(Code::unavailable, "none");
             }
           } none;
           job(none);
           return true;
         },
         [this](store::Session&) -> Result<Books> { return books; }, clock});
    EXPECT_TRUE(executor->carries(kCompareEffect));
    std::optional<host::Outcome> outcome;
    host::Claimed effect;
    effect.id = "e1";
    executor->execute({effect},
                      [&](std::vector<host::Outcome> all) { outcome = std::move(all.at(0)); });
    EXPECT_TRUE(outcome);
    return outcome.value_or(host::Outcome());
  }
  static wire::payments::Compared result(const host::Outcome& outcome) {
    EXPECT_TRUE(outcome.result) << outcome.error;
    const auto& in = std::any_cast<const wire::payments::In&>(outcome.result->body);
    return std::get<wire::payments::Compared>(in);
  }

  ManualClock clock{kNow};
  SeededRandom random{7};
  Books books;
  std::deque<std::string> pages;
  std::vector<std::string> asked;
  bool up = true;
};

TEST_F(CompareTest, ReadsPageAfterPageOfALimitedTime) {
  put(ours("pi_1", 500));
  put(ours("pi_2", 500));
  pages = {list({intent("pi_1", 500)}, true), list({intent("pi_2", 500)}, false)};
  const wire::payments::Compared found = result(run());
  EXPECT_EQ(found.differences, 0) << found.findings;
  EXPECT_EQ(found.payments, 2);
  ASSERT_EQ(asked.size(), 3U);
  const std::string from = std::to_string(to_ms(kNow - kCompareWindow) / 1000);
  EXPECT_NE(asked[0].find("created[gte]=" + from), std::string::npos) << asked[0];
  EXPECT_NE(asked[1].find("starting_after=pi_1"), std::string::npos) << asked[1];
  EXPECT_NE(asked[2].find("/v1/refunds?"), std::string::npos) << asked[2];
}

TEST_F(CompareTest, WhatDiffersIsLookedAtAgainAndThenTold) {
  put(ours("pi_1", 500));
  pages = {list({}, false), list({}, false), list({intent("pi_1", 500)}, false)};
  EXPECT_EQ(result(run()).differences, 0) << "the second look agrees";
  const wire::payments::Compared found = result(run());
  EXPECT_EQ(found.differences, 1);
  EXPECT_EQ(found.difference_minor, 500);
  EXPECT_NE(found.findings.find("order-pi_1"), std::string::npos) << found.findings;
}

TEST_F(CompareTest, WhatIsOlderThanTheListsIsNotMissedThere) {
  put(ours("pi_1", 500));
  books.payments[0].asked_ms = to_ms(kNow - kCompareWindow);
  EXPECT_EQ(result(run()).differences, 0);
}

TEST_F(CompareTest, AProviderThatIsAwayIsAskedLater) {
  up = false;
  const host::Outcome outcome = run();
  EXPECT_FALSE(outcome.result);
  EXPECT_TRUE(outcome.retry_after);
}

}  // namespace
}  // namespace trayline::payments
