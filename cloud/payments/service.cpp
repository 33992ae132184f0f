#include "cloud/payments/service.hpp"

#include <set>

#include "cloud/payments/sql.hpp"
#include "lib/base/check.hpp"

namespace trayline::payments {
namespace {

using wire::payments::In;

Payment payment_from(const store::Row& row) {
  Payment p;
  p.order = OrderId(row.text("order_id"));
  p.user = UserId(row.text("user_id"));
  p.site = SiteId(row.text("site"));
  const std::optional<PaymentState> state = enum_value<PaymentState>(row.text("state"));
  const Result<Currency> currency = Currency::parse(row.text("currency"));
  check(state && currency, "payments: a row that cannot be read");
  p.state = *state;
  p.attempt = row.integer("attempt");
  p.revision = row.integer("revision");
  p.amount = {row.integer("amount_minor"), *currency};
  p.hold_minor = row.integer("hold_minor");
  p.captured_minor = row.integer("captured_minor");
  p.customer = row.text("customer_id");
  p.method = row.text("method_id");
  p.intent = row.text("intent_id");
  p.off_session = row.integer("off_session") != 0;
  p.void_asked = row.integer("void_asked") != 0;
  p.reason = row.text("reason");
  return p;
}

class PaymentsService final : public host::LoadDecideSave<In, Snapshot, Decision> {
 public:
  std::string_view name() const override { return wire::payments::kService; }
  const store::Migrations& migrations() const override { return sql::migrations; }

 protected:
  Result<Snapshot> load(store::Session& session, const Batch& batch, Time now) override;
  Decision decide(const Snapshot& snapshot, const host::Incoming<In>& in, Time) const override {
    return decide_payment(snapshot, *in.body, in.request);
  }
  void apply(Snapshot& snapshot, const Decision& decision) const override;
  Result<void> save(store::Session& session, const std::vector<Decision>& decisions,
                    Time now) override;
};

Result<Snapshot> PaymentsService::load(store::Session& session, const Batch& batch, Time) {
  store::Rows orders(1);
  store::Rows customers(2);
  for (const auto& in : batch) {
    std::visit(
        [&](const auto& m) {
          if constexpr (requires { m.order; }) orders.add(m.order.value);
          if constexpr (requires { m.user; }) customers.add("user", m.user.value);
          if constexpr (std::is_same_v<std::decay_t<decltype(m)>, wire::payments::CardSaved>) {
            customers.add("customer", m.customer);
          }
        },
        *in.body);
  }
  Snapshot snapshot;
  if (!orders.empty()) {
    const Result<store::Answer> rows = session.run(sql::load_payments, orders);
    if (!rows) return fail(rows.error());
    for (const store::Row& row : *rows) {
      Payment p = payment_from(row);
      snapshot.payments.emplace(p.order, std::move(p));
    }
  }
  if (customers.empty()) return snapshot;
  const Result<store::Answer> rows = session.run(sql::load_customers, customers);
  if (!rows) return fail(rows.error());
  for (const store::Row& row : *rows) {
    const UserId user(row.text("user_id"));
    snapshot.customers[user] = {user, row.text("customer_id"), row.text("method_id")};
    snapshot.by_customer[row.text("customer_id")] = user;
  }
  return snapshot;
}

void PaymentsService::apply(Snapshot& snapshot, const Decision& d) const {
  for (const std::optional<Payment>* payment : {&d.placed, &d.changed}) {
    if (*payment) snapshot.payments.insert_or_assign((*payment)->order, **payment);
  }
  if (d.customer) {
    snapshot.customers.insert_or_assign(d.customer->user, *d.customer);
    snapshot.by_customer[d.customer->customer] = d.customer->user;
  }
}

struct Changed {
  std::int64_t was_revision = 0;
  const Payment* after = nullptr;
};

Result<void> save_payments(store::Session& session, const std::vector<Decision>& decisions,
                           Time now) {
  std::map<OrderId, const Payment*> placed;
  std::map<OrderId, Changed> changed;
  for (const Decision& d : decisions) {
    if (d.placed) placed[d.placed->order] = &*d.placed;
    if (!d.changed) continue;
    if (const auto fresh = placed.find(d.changed->order); fresh != placed.end()) {
      fresh->second = &*d.changed;
      continue;
    }
    changed.try_emplace(d.changed->order, Changed{d.was_revision, nullptr}).first->second.after =
        &*d.changed;
  }
  if (!placed.empty()) {
    store::Rows rows(16);
    for (const auto& [id, p] : placed) {
      rows.add(id.value, p->user.value, p->site.value, enum_name(p->state), p->attempt, p->revision,
               p->amount.currency.str(), p->amount.minor, p->hold_minor, p->captured_minor,
               p->customer, p->method, p->intent, p->off_session ? 1 : 0, p->void_asked ? 1 : 0,
               p->reason);
    }
    const auto r = session.run(sql::insert_payments, rows, {{"now", to_ms(now)}});
    if (!r) return fail(r.error());
  }
  if (changed.empty()) return {};
  store::Rows rows(14);
  for (const auto& [id, change] : changed) {
    const Payment& p = *change.after;
    rows.add(id.value, change.was_revision, enum_name(p.state), p.attempt, p.revision,
             p.amount.minor, p.hold_minor, p.captured_minor, p.customer, p.method, p.intent,
             p.off_session ? 1 : 0, p.void_asked ? 1 : 0, p.reason);
  }
  const Result<store::Answer> updated =
      session.run(sql::update_payments, rows, {{"now", to_ms(now)}});
  if (!updated) return fail(updated.error());
  if (updated->size() != changed.size()) {
    return fail(Code::conflict, "a payment was changed by another host");
  }
  return {};
}

Result<void> PaymentsService::save(store::Session& session, const std::vector<Decision>& decisions,
                                   Time now) {
  if (auto r = save_payments(session, decisions, now); !r) return r;
  std::map<UserId, const Customer*> customers;
  store::Rows ledger(5);
  for (const Decision& d : decisions) {
    if (d.customer) customers[d.customer->user] = &*d.customer;
    std::int64_t sum = 0;
    for (const LedgerRow& row : d.ledger) {
      sum += row.amount.minor;
      ledger.add(row.order.value, row.entry, row.account, row.amount.minor,
                 row.amount.currency.str());
    }
    check(sum == 0, "a ledger entry that does not add up to zero");
  }
  if (!customers.empty()) {
    store::Rows rows(3);
    for (const auto& [user, c] : customers) rows.add(user.value, c->customer, c->method);
    if (auto r = session.run(sql::put_customers, rows); !r) return fail(r.error());
  }
  if (ledger.empty()) return {};
  const auto r = session.run(sql::insert_ledger, ledger, {{"now", to_ms(now)}});
  if (!r) return fail(r.error());
  return {};
}

}  // namespace

std::unique_ptr<host::Service> make_service() { return std::make_unique<PaymentsService>(); }

}  // namespace trayline::payments
