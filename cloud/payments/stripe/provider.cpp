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

// Pages until a row is the one.
template <class T>
struct Search {
  std::function<Call(std::string after)> page;
  Result<Page<T>> (*decode)(const Json&);
  std::function<bool(const T&)> is_it;
  Provider::Done<T> done;
};

template <class T>
void search_page(Client& client, std::shared_ptr<Search<T>> search, std::string after, int pages) {
  client.call(search->page(std::move(after)), [&client, search, pages](Result<Reply> reply) {
    auto page = outcome_of<Page<T>>(reply, search->decode);
    if (!page) return search->done(tl::unexpected(std::move(page.error())));
    for (T& row : page->rows) {
      if (search->is_it(row)) return search->done(std::move(row));
    }
    if (page->has_more && !page->rows.empty()) {
      if (pages < pages_max) {
        return search_page(client, search, page->rows.back().id, pages + 1);
      }
      return search->done(
          tl::unexpected(failure_of(Error{Code::exhausted, "too many objects to look through"})));
    }
    Failure none = failure_of(Error{Code::not_found, "no such object"});
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

void Provider::increment(const std::string& intent, std::int64_t amount_minor, std::string key,
                         Done<Intent> done) {
  send<Intent>(client_, increment_intent(intent, amount_minor, std::move(key)), decode_intent,
               std::move(done));
}

void Provider::refund(const NewRefund& refund, std::string key, Done<Refund> done) {
  send<Refund>(client_, refund_intent(refund, std::move(key)), decode_refund, std::move(done));
}

void Provider::detach(const std::string& method, std::string key, Done<CardMethod> done) {
  send<CardMethod>(client_, detach_method(method, std::move(key)), decode_method, std::move(done));
}

void Provider::read_intent(const std::string& intent, Done<Intent> done) {
  send<Intent>(client_, stripe::read_intent(intent), decode_intent, std::move(done));
}

void Provider::find_intent(const NewIntent& wanted, std::int64_t created_from_s,
                           Done<Intent> done) {
  auto search = std::make_shared<Search<Intent>>();
  search->page = [customer = wanted.customer, created_from_s](std::string after) {
    return list_intents(customer, created_from_s, std::move(after));
  };
  search->decode = decode_intent_page;
  search->is_it = [order = wanted.order.value, attempt = wanted.attempt](const Intent& intent) {
    return intent.order_id == order && intent.attempt == attempt;
  };
  search->done = std::move(done);
  search_page<Intent>(client_, std::move(search), "", 1);
}

void Provider::find_refund(const NewRefund& wanted, Done<Refund> done) {
  auto search = std::make_shared<Search<Refund>>();
  search->page = [intent = wanted.intent](std::string after) {
    return list_refunds(intent, 0, std::move(after));
  };
  search->decode = decode_refund_page;
  search->is_it = [id = wanted.refund.value](const Refund& refund) {
    return refund.refund_id == id;
  };
  search->done = std::move(done);
  search_page<Refund>(client_, std::move(search), "", 1);
}

}  // namespace trayline::stripe
