#include "cloud/payments/provider_lists.hpp"

#include "cloud/payments/stripe/calls.hpp"

namespace trayline::payments {
namespace {

// Keeps itself until the last page.
struct Listing : std::enable_shared_from_this<Listing> {
  Listing(stripe::Client& c, std::int64_t from, Listed d)
      : client(c), from_s(from), done(std::move(d)) {}

  stripe::Client& client;
  const std::int64_t from_s;
  const Listed done;
  std::map<std::string, ProviderBook> by_intent;

  template <class T>
  void page(std::function<stripe::Call(std::string)> call,
            Result<stripe::Page<T>> (*decode)(const Json&), std::function<void(const T&)> take,
            std::function<void()> then, std::string after = "") {
    client.call(
        call(std::move(after)), [=, self = shared_from_this()](Result<stripe::Reply> reply) {
          if (!reply) return self->done(fail(reply.error()));
          if (const auto error = stripe::error_of(*reply)) {
            return self->done(fail(Code::unavailable, "the provider says: " + error->message));
          }
          const auto rows = decode(reply->body);
          if (!rows) return self->done(fail(rows.error()));
          for (const T& row : rows->rows) take(row);
          if (!rows->has_more || rows->rows.empty()) return then();
          self->page<T>(call, decode, take, then, rows->rows.back().id);
        });
  }
  void intents() {
    page<stripe::Intent>(
        [this](std::string after) { return stripe::list_intents("", from_s, std::move(after)); },
        stripe::decode_intent_page,
        [this](const stripe::Intent& intent) {
          if (intent.order_id.empty()) return;  // somebody else's
          by_intent[intent.id] = {OrderId(intent.order_id),     intent.id,
                                  intent.amount.currency,       intent.amount_capturable_minor,
                                  intent.amount_received_minor, 0};
        },
        [this] { refunds(); });
  }
  void refunds() {
    page<stripe::Refund>(
        [this](std::string after) { return stripe::list_refunds("", from_s, std::move(after)); },
        stripe::decode_refund_page,
        [this](const stripe::Refund& refund) {
          const auto found = by_intent.find(refund.intent);
          if (found == by_intent.end() || refund.status != "succeeded") return;
          found->second.refunded_minor += refund.amount_minor;
        },
        [this] { end(); });
  }
  void end() {
    std::vector<ProviderBook> books;
    for (auto& [id, book] : by_intent) books.push_back(std::move(book));
    done(std::move(books));
  }
};

}  // namespace

void list_provider(stripe::Client& client, std::int64_t from_s, Listed done) {
  std::make_shared<Listing>(client, from_s, std::move(done))->intents();
}

}  // namespace trayline::payments
