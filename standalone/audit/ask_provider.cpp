// The provider's side of the books, from its lists.
#include "cloud/payments/stripe/provider.hpp"
#include "lib/http/client.hpp"
#include "lib/loop/loop.hpp"
#include "standalone/audit/audit.hpp"

namespace trayline::audit {
namespace {

using Books = std::vector<payments::ProviderBook>;

// Pages through both lists, one after the other.
struct Asking {
  stripe::Client& client;
  Loop& loop;
  std::map<std::string, payments::ProviderBook> by_intent;
  std::optional<Error> failed;

  void end(std::optional<Error> error) {
    failed = std::move(error);
    loop.stop();
  }
  template <class T>
  void page(std::function<stripe::Call(std::string)> call,
            Result<stripe::Page<T>> (*decode)(const Json&), std::function<void(const T&)> take,
            std::function<void()> then, std::string after = "") {
    client.call(call(std::move(after)), [=, this](Result<stripe::Reply> reply) {
      if (!reply) return end(reply.error());
      if (const auto error = stripe::error_of(*reply)) {
        return end(Error{Code::unavailable, "the provider says: " + error->message});
      }
      const auto rows = decode(reply->body);
      if (!rows) return end(rows.error());
      for (const T& row : rows->rows) take(row);
      if (!rows->has_more || rows->rows.empty()) return then();
      page<T>(call, decode, take, then, rows->rows.back().id);
    });
  }
  void intents() {
    page<stripe::Intent>(
        [](std::string after) { return stripe::list_intents("", 0, std::move(after)); },
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
        [](std::string after) { return stripe::list_refunds("", std::move(after)); },
        stripe::decode_refund_page,
        [this](const stripe::Refund& refund) {
          const auto found = by_intent.find(refund.intent);
          if (found == by_intent.end() || refund.status != "succeeded") return;
          found->second.refunded_minor += refund.amount_minor;
        },
        [this] { end(std::nullopt); });
  }
};

}  // namespace

Result<Books> ask_provider(const cloud::PaymentsSettings& settings) {
  stripe::Settings wire;
  wire.base_url = settings.url;
  wire.secret_key_file = settings.secret_key_file;
  wire.ca_file = settings.ca;
  const Result<std::string> key = stripe::read_secret_key(wire.secret_key_file);
  if (!key) return fail(key.error());
  Loop loop;
  http::Client http{loop};
  SystemClock clock;
  SystemRandom random;
  stripe::Client client(wire, *key, stripe::on_loop(loop, http), clock, random);
  Asking asking{client, loop, {}, {}};
  loop.post([&] { asking.intents(); });
  loop.run();
  if (asking.failed) return fail(*asking.failed);
  Books books;
  for (auto& [id, book] : asking.by_intent) books.push_back(std::move(book));
  return books;
}

}  // namespace trayline::audit
