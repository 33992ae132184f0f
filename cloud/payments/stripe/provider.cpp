#include "cloud/payments/stripe/provider.hpp"

namespace trayline::stripe {
namespace {

constexpr int pages_max = 20;  // of one customer since a moment: more is refused

Failure::Kind kind_of(const Error& error) {
  switch (error.code) {
    case Code::unknown_outcome:
      return Failure::Kind::unknown_outcome;
    case Code::exhausted:
      return Failure::Kind::exhausted;
    default:
      return Failure::Kind::unavailable;
  }
}

Failure::Kind kind_of(int status, const ProviderError& error) {
  using Kind = Failure::Kind;
  if (error.code == "authentication_required") return Kind::needs_customer;
  if (status == 402) return Kind::declined;
  if (status == 404 || error.code == "resource_missing") return Kind::missing;
  if (status == 401 || status == 403) return Kind::misconfigured;
  return Kind::refused;
}

Failure failure_of(const Error& error) {
  return {.kind = kind_of(error),
          .error = {.type = {}, .code = {}, .decline_code = {}, .message = error.detail},
          .intent = {}};
}

// An answer as an outcome; what cannot be read after a call that changes something is unknown.
template <class T>
Outcome<T> outcome_of(const Result<Reply>& reply, Result<T> (*decode)(const Json&)) {
  if (!reply) return tl::unexpected(failure_of(reply.error()));
  if (const auto error = error_of(*reply)) {
    Failure failure{.kind = kind_of(reply->status, *error), .error = *error, .intent = {}};
    if (const Json* intent = reply->body.at("error", "payment_intent")) {
      if (auto decoded = decode_intent(*intent)) failure.intent = std::move(*decoded);
    }
    return tl::unexpected(std::move(failure));
  }
  auto value = decode(reply->body);
  if (!value) {
    return tl::unexpected(failure_of(Error{Code::unknown_outcome, value.error().detail}));
  }
  return std::move(*value);
}

template <class T>
void send(Client& client, Call call, Result<T> (*decode)(const Json&), Provider::Done<T> done) {
  client.call(std::move(call), [decode, done = std::move(done)](Result<Reply> reply) {
    done(outcome_of<T>(reply, decode));
  });
}

// Pages until the order is found.
struct Search {
  std::string customer;
  OrderId order;
  std::int64_t created_from_s;
  Provider::Done<Intent> done;
};

void search_page(Client& client, std::shared_ptr<Search> search, std::string after, int pages) {
  Call call = list_intents(search->customer, search->created_from_s, std::move(after));
  client.call(std::move(call), [&client, search, pages](Result<Reply> reply) {
    auto page = outcome_of<IntentPage>(reply, decode_intent_page);
    if (!page) return search->done(tl::unexpected(std::move(page.error())));
    for (Intent& intent : page->intents) {
      if (intent.order_id == search->order.value) return search->done(std::move(intent));
    }
    if (page->has_more && !page->intents.empty()) {
      if (pages < pages_max) {
        return search_page(client, search, page->intents.back().id, pages + 1);
      }
      return search->done(tl::unexpected(
          failure_of(Error{Code::exhausted, "too many intents of one customer to look through"})));
    }
    Failure none = failure_of(Error{Code::not_found, "no intent of this order"});
    none.kind = Failure::Kind::missing;
    search->done(tl::unexpected(std::move(none)));
  });
}

}  // namespace

void Provider::create_customer(const UserId& user, std::string key, Done<std::string> done) {
  send<std::string>(client_, stripe::create_customer(user, std::move(key)), decode_customer,
                    std::move(done));
}

void Provider::create_ephemeral_key(const std::string& customer, std::string sdk_version,
                                    std::string key, Done<EphemeralKey> done) {
  send<EphemeralKey>(client_,
                     stripe::create_ephemeral_key(customer, std::move(sdk_version), std::move(key)),
                     decode_ephemeral_key, std::move(done));
}

void Provider::create_setup_intent(const std::string& customer, std::string key,
                                   Done<SetupIntent> done) {
  send<SetupIntent>(client_, stripe::create_setup_intent(customer, std::move(key)),
                    decode_setup_intent, std::move(done));
}

void Provider::create_intent(const NewIntent& intent, std::string key, Done<Intent> done) {
  send<Intent>(client_, stripe::create_intent(intent, std::move(key)), decode_intent,
               std::move(done));
}

void Provider::confirm(const std::string& intent, bool off_session, std::string key,
                       Done<Intent> done) {
  send<Intent>(client_, confirm_intent(intent, off_session, std::move(key)), decode_intent,
               std::move(done));
}

void Provider::capture(const std::string& intent, std::int64_t amount_minor, std::string key,
                       Done<Intent> done) {
  send<Intent>(client_, capture_intent(intent, amount_minor, std::move(key)), decode_intent,
               std::move(done));
}

void Provider::cancel(const std::string& intent, CancelReason reason, std::string key,
                      Done<Intent> done) {
  send<Intent>(client_, cancel_intent(intent, reason, std::move(key)), decode_intent,
               std::move(done));
}

void Provider::refund(const std::string& intent, std::int64_t amount_minor, RefundReason reason,
                      std::string key, Done<Refund> done) {
  send<Refund>(client_, refund_intent(intent, amount_minor, reason, std::move(key)), decode_refund,
               std::move(done));
}

void Provider::read_intent(const std::string& intent, Done<Intent> done) {
  send<Intent>(client_, stripe::read_intent(intent), decode_intent, std::move(done));
}

void Provider::find_intent(const std::string& customer, const OrderId& order,
                           std::int64_t created_from_s, Done<Intent> done) {
  search_page(client_,
              std::make_shared<Search>(Search{customer, order, created_from_s, std::move(done)}),
              "", 1);
}

}  // namespace trayline::stripe
