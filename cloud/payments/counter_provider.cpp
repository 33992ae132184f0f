#include "cloud/payments/counter_provider.hpp"

#include "cloud/payments/intent_id.hpp"
#include "cloud/payments/sql.hpp"
#include "lib/base/check.hpp"
#include "lib/base/digest.hpp"

namespace trayline::payments {
namespace {

tl::unexpected<Error> unexpected_state() {
  return fail(Code::invalid_argument, "payment_intent_unexpected_state");
}

struct Promise {
  Intent now;
  std::int64_t amount_minor = 0;
  std::int64_t due_minor = 0;  // of the capture that waits for the cashier
};

Promise promise_from(const store::Row& row) {
  Promise promise;
  promise.now.id = row.text("id");
  const auto status = enum_value<IntentStatus>(row.text("status"));
  check(status.has_value(), "payments: a promise that cannot be read");
  promise.now.status = *status;
  promise.now.capturable_minor = row.integer("held_minor");
  promise.now.received_minor = row.integer("received_minor");
  promise.now.created_ms = row.integer("created_ms");
  promise.amount_minor = row.integer("amount_minor");
  promise.due_minor = row.integer("due_minor");
  return promise;
}

// The steps of a promise; each repeated one changes nothing. Pure.

Result<void> confirm(Promise& p) {
  if (p.now.status == IntentStatus::requires_capture) return {};
  if (p.now.status != IntentStatus::requires_confirmation) return unexpected_state();
  p.now.status = IntentStatus::requires_capture;
  p.now.capturable_minor = p.amount_minor;
  return {};
}

Result<void> increment(Promise& p, std::int64_t minor) {
  if (p.now.status != IntentStatus::requires_capture || minor < p.now.capturable_minor) {
    return unexpected_state();
  }
  p.amount_minor = p.now.capturable_minor = minor;
  return {};
}

Result<void> capture(Promise& p, std::int64_t minor) {
  const bool asked =
      p.now.status == IntentStatus::processing || p.now.status == IntentStatus::succeeded;
  if (asked && p.due_minor == minor) return {};
  if (p.now.status != IntentStatus::requires_capture || minor <= 0 ||
      minor > p.now.capturable_minor) {
    return unexpected_state();
  }
  p.now.status = IntentStatus::processing;
  p.now.capturable_minor = 0;
  p.due_minor = minor;
  return {};
}

Result<void> settle(Promise& p) {
  if (p.now.status == IntentStatus::succeeded) return {};
  if (p.now.status != IntentStatus::processing) return unexpected_state();
  p.now.status = IntentStatus::succeeded;
  p.now.received_minor = p.due_minor;
  return {};
}

Result<void> cancel(Promise& p) {
  if (p.now.status == IntentStatus::canceled) return {};
  if (p.now.status == IntentStatus::succeeded) return unexpected_state();
  p.now.status = IntentStatus::canceled;
  p.now.capturable_minor = 0;
  return {};
}

class CounterProvider final : public Provider {
 public:
  CounterProvider(store::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  void set_up_card(NewCard, std::function<void(Result<CardSetUp>)> done) override {
    done(fail(Code::invalid_argument, "provider_refused"));
  }
  void create(NewIntent intent, Seen seen) override;
  void confirm(std::string id, bool, std::string, Seen seen) override {
    seen(change(id, payments::confirm));
  }
  void capture(std::string id, std::int64_t minor, std::string, Seen seen) override {
    seen(change(id, [minor](Promise& p) { return payments::capture(p, minor); }));
  }
  void cancel(std::string id, std::string, std::string, Seen seen) override {
    seen(change(id, payments::cancel));
  }
  void read(std::string id, Seen seen) override {
    seen(change(id, [](Promise&) { return Result<void>(); }));
  }
  void increment(std::string id, std::int64_t minor, std::string, Seen seen) override {
    seen(change(id, [minor](Promise& p) { return payments::increment(p, minor); }));
  }
  void settle(std::string id, std::string, Seen seen) override {
    seen(change(id, payments::settle));
  }
  void find(NewIntent intent, Seen seen) override;
  void refund(NewRefund refund, Refunded done) override;
  void find_refund(NewRefund refund, Refunded done) override;

 private:
  Result<Intent> change(const std::string& id, const std::function<Result<void>(Promise&)>& step);
  // invalid_argument and the like are refusals: nothing was written.
  Result<void> in_transaction(const std::function<Result<void>(store::Session&)>& work);

  store::Store& store_;
  const Clock& clock_;
};

// The transaction's own errors are about the store: the commit may have happened.
Result<void> CounterProvider::in_transaction(
    const std::function<Result<void>(store::Session&)>& work) {
  Result<void> done = store_.transaction(work);
  if (done || done.error().code == Code::invalid_argument || done.error().code == Code::not_found) {
    return done;
  }
  return fail(Code::unknown_outcome, done.error().detail);
}

void CounterProvider::create(NewIntent intent, Seen seen) {
  if (intent.amount.minor <= 0) return seen(fail(Code::invalid_argument, "amount_too_small"));
  Intent made;
  const Result<void> done = in_transaction([&](store::Session& session) -> Result<void> {
    store::Rows rows(6);
    rows.add(std::string(kCounterIntent) + sha256_hex(intent.key).substr(0, 24), intent.order.value,
             intent.key, intent.amount.currency.str(), intent.amount.minor, to_ms(clock_.now()));
    if (auto r = session.run(sql::insert_counter, rows); !r) return fail(r.error());
    const auto row = session.run(sql::find_counter, {{"key", intent.key}});
    if (!row) return fail(row.error());
    made = promise_from(row->at(0)).now;
    return {};
  });
  if (!done) return seen(fail(done.error()));
  seen(made);
}

void CounterProvider::find(NewIntent intent, Seen seen) {
  Result<Intent> found = fail(Code::not_found, "no such promise");
  const Result<void> done = in_transaction([&](store::Session& session) -> Result<void> {
    const auto row = session.run(sql::find_counter, {{"key", intent.key}});
    if (!row) return fail(row.error());
    if (!row->empty()) found = promise_from(row->at(0)).now;
    return {};
  });
  seen(done ? found : Result<Intent>(fail(done.error())));
}

Result<Intent> CounterProvider::change(const std::string& id,
                                       const std::function<Result<void>(Promise&)>& step) {
  Intent now;
  const Result<void> done = in_transaction([&](store::Session& session) -> Result<void> {
    const auto row = session.run(sql::load_counter, {{"id", id}});
    if (!row) return fail(row.error());
    if (row->empty()) return fail(Code::not_found, "no such promise");
    const std::string before = row->at(0).text("status");
    Promise promise = promise_from(row->at(0));
    if (auto r = step(promise); !r) return r;
    now = promise.now;
    const store::Args args{{"id", id},
                           {"before", before},
                           {"status", std::string(enum_name(now.status))},
                           {"amount_minor", promise.amount_minor},
                           {"held_minor", now.capturable_minor},
                           {"due_minor", promise.due_minor},
                           {"received_minor", now.received_minor}};
    const auto written = session.run(sql::update_counter, args);
    if (!written) return fail(written.error());
    if (written->empty()) return fail(Code::conflict, "another host changed the promise");
    return {};
  });
  if (!done) return fail(done.error());
  return now;
}

void CounterProvider::refund(NewRefund refund, Refunded done) {
  RefundNow made{"cash_" + refund.refund.value, "succeeded", ""};
  const Result<void> paid = in_transaction([&](store::Session& session) -> Result<void> {
    store::Rows rows(4);
    rows.add(refund.key, refund.intent, refund.amount.minor, to_ms(clock_.now()));
    if (auto r = session.run(sql::insert_counter_refund, rows); !r) return fail(r.error());
    const auto kept = session.run(sql::find_counter_refund, {{"key", refund.key}});
    if (!kept) return fail(kept.error());
    if (kept->empty()) return fail(Code::invalid_argument, "above_captured");
    return {};
  });
  if (!paid) return done(fail(paid.error()));
  done(made);
}

void CounterProvider::find_refund(NewRefund refund, Refunded done) {
  bool known = false;
  const Result<void> looked = in_transaction([&](store::Session& session) -> Result<void> {
    const auto kept = session.run(sql::find_counter_refund, {{"key", refund.key}});
    if (!kept) return fail(kept.error());
    known = !kept->empty();
    return {};
  });
  if (!looked) return done(fail(looked.error()));
  if (!known) return done(fail(Code::not_found, "no such refund"));
  done(RefundNow{"cash_" + refund.refund.value, "succeeded", ""});
}

}  // namespace

std::unique_ptr<Provider> make_counter_provider(store::Store& store, const Clock& clock) {
  return std::make_unique<CounterProvider>(store, clock);
}

}  // namespace trayline::payments
