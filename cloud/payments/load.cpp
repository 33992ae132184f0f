// What decisions need, read with one statement per kind of row.
#include "cloud/payments/rows.hpp"
#include "cloud/payments/sql.hpp"
#include "lib/base/check.hpp"

namespace trayline::payments {
namespace {

namespace w = wire::payments;

Payment payment_from(const store::Row& row) {
  Payment p;
  p.order = OrderId(row.text("order_id"));
  p.user = UserId(row.text("user_id"));
  p.site = SiteId(row.text("site"));
  const auto means = enum_value<Means>(row.text("means"));
  const auto state = enum_value<PaymentState>(row.text("state"));
  const Result<Currency> currency = Currency::parse(row.text("currency"));
  check(means && state && currency, "payments: a row that cannot be read");
  p.means = *means;
  p.state = *state;
  p.attempt = row.integer("attempt");
  p.attempts = row.integer("attempts");
  p.captures = row.integer("captures");
  p.raises = row.integer("raises");
  p.revision = row.integer("revision");
  p.amount = {row.integer("amount_minor"), *currency};
  p.hold_minor = row.integer("hold_minor");
  p.asking_minor = row.integer("asking_minor");
  p.captured_minor = row.integer("captured_minor");
  p.tax_minor = row.integer("tax_minor");
  p.refunding_minor = row.integer("refunding_minor");
  p.refunded_minor = row.integer("refunded_minor");
  p.refunded_tax_minor = row.integer("refunded_tax_minor");
  p.customer = row.text("customer_id");
  p.method = row.text("method_id");
  p.intent = row.text("intent_id");
  if (!row.text("raising").empty()) {
    Result<RaiseUnderWay> raise = from_json_text<RaiseUnderWay>(row.text("raising"));
    check(raise.has_value(), "payments: a raise that cannot be read");
    p.raise = std::move(*raise);
  }
  p.off_session = row.integer("off_session") != 0;
  p.void_asked = row.integer("void_asked") != 0;
  p.asked_ms = row.integer("asked_ms");
  p.deadline_ms = row.integer("deadline_ms");
  p.reason = row.text("reason");
  return p;
}

Refund refund_from(const store::Row& row) {
  const auto state = enum_value<RefundState>(row.text("state"));
  const Result<Currency> currency = Currency::parse(row.text("currency"));
  check(state && currency, "payments: a refund that cannot be read");
  return {RefundId(row.text("refund_id")),
          OrderId(row.text("order_id")),
          *state,
          {row.integer("amount_minor"), *currency},
          row.integer("tax_minor"),
          row.integer("attempt"),
          row.text("provider_id"),
          row.text("reason"),
          row.text("who")};
}

// What the messages of a batch name.
struct Wanted {
  store::Rows orders{1};
  store::Rows customers{2};  // kind, id
  store::Rows refunds{2};
  store::Rows cards{2};
  store::Rows intents{1};
  store::Rows parked{1};
  bool all_parked = false;
  bool unarmed = false;

  void operator()(const w::Hold& m) {
    orders.add(m.order.value);
    customers.add("user", m.user.value);
    parked.add(m.order.value);
  }
  void operator()(const w::Raise& m) { orders.add(m.order.value); }
  void operator()(const w::Capture& m) { orders.add(m.order.value); }
  void operator()(const w::Void& m) { orders.add(m.order.value); }
  void operator()(const w::CounterPaid& m) { orders.add(m.order.value); }
  void operator()(const w::IntentSeen& m) { orders.add(m.order.value); }
  void operator()(const w::ShowPayment& m) { orders.add(m.order.value); }
  void operator()(const w::SecretSeen& m) { orders.add(m.order.value); }
  void operator()(const w::LookAgain& m) {
    orders.add(m.order.value);
    refunds.add("order", m.order.value);
  }
  void operator()(const w::LookAtParked&) { all_parked = true; }
  void operator()(const w::Begin&) { unarmed = true; }
  void operator()(const w::Stop&) {}
  void operator()(const w::Resume&) {}
  void operator()(const w::CompareBooks&) {}
  void operator()(const w::Compared&) {}
  void operator()(const w::DisputeSeen& m) { intents.add(m.intent); }
  void operator()(const w::Refund& m) {
    orders.add(m.order.value);
    refunds.add("refund", m.refund.value);
  }
  void operator()(const w::RefundSeen& m) {
    orders.add(m.order.value);
    refunds.add("refund", m.refund.value);
  }
  void operator()(const w::Notice& m) { intents.add(m.intent); }
  void operator()(const w::SetUpCard& m) { customers.add("user", m.user.value); }
  void operator()(const w::CustomerReady& m) {
    customers.add("user", m.user.value);
    parked.add(m.customer);
  }
  void operator()(const w::CardSaved& m) {
    customers.add("customer", m.customer);
    cards.add("method", m.method);
  }
  void operator()(const w::CardGone& m) { cards.add("method", m.method); }
  void operator()(const w::CardWish& m) {
    customers.add("user", m.user.value);
    cards.add("user", m.user.value);
  }
};

// Runs a statement over the rows where there are any.
template <class Each>
Result<void> each(store::Session& session, const store::Statement& statement,
                  const store::Rows& rows, const Each& take) {
  if (rows.empty()) return {};
  const Result<store::Answer> answer = session.run(statement, rows);
  if (!answer) return fail(answer.error());
  for (const store::Row& row : *answer) take(row);
  return {};
}

Result<void> load_cards(store::Session& session, const Wanted& wanted, Snapshot& snapshot) {
  store::Rows owners = wanted.customers;
  Result<void> done = each(session, sql::load_cards, wanted.cards, [&](const store::Row& row) {
    Card card{row.text("method_id"), UserId(row.text("user_id")), row.text("brand"),
              row.text("last4"),     row.integer("exp_month"),    row.integer("exp_year")};
    owners.add("user", card.user.value);
    snapshot.cards.emplace(card.method, std::move(card));
  });
  if (!done) return done;
  return each(session, sql::load_customers, owners, [&](const store::Row& row) {
    const UserId user(row.text("user_id"));
    snapshot.customers[user] = {user, row.text("customer_id"), row.text("method_id")};
    snapshot.by_customer[row.text("customer_id")] = user;
  });
}

Result<void> load_parked(store::Session& session, const Wanted& wanted, Time now,
                         Snapshot& snapshot) {
  std::set<std::string> taken;
  const auto take = [&](const store::Row& row) {
    if (!taken.insert(row.text("id")).second) return;
    snapshot.parked.push_back(
        {row.text("id"), row.text("about"), row.text("body"), from_ms(row.integer("at_ms"))});
  };
  const Result<void> named = each(session, sql::load_parked, wanted.parked, take);
  if (!named || !wanted.all_parked) return named;
  const store::Args args{{"before", to_ms(now - kParkedKept)}, {"most", kParkedMost}};
  const Result<store::Answer> found = session.run(sql::find_parked, args);
  if (!found) return fail(found.error());
  for (const store::Row& row : *found) take(row);
  return {};
}

Result<void> count_parked(store::Session& session, Snapshot& snapshot) {
  const Result<store::Answer> count = session.run(sql::count_parked);
  if (!count) return fail(count.error());
  snapshot.still_parked = count->at(0).integer("waiting");
  return {};
}

// Whether a message is about somebody who is not there.
bool nobody(const Snapshot& snapshot, const w::In& in) {
  if (const auto* m = std::get_if<w::IntentSeen>(&in)) return !snapshot.payments.contains(m->order);
  if (const auto* m = std::get_if<w::RefundSeen>(&in)) return !snapshot.payments.contains(m->order);
  if (const auto* m = std::get_if<w::Notice>(&in)) return !snapshot.by_intent.contains(m->intent);
  if (const auto* m = std::get_if<w::DisputeSeen>(&in)) {
    return !snapshot.by_intent.contains(m->intent);
  }
  const auto* card = std::get_if<w::CardSaved>(&in);
  return card != nullptr && !snapshot.by_customer.contains(card->customer);
}

Result<void> load_unarmed(store::Session& session, Wanted& wanted, Snapshot& snapshot) {
  if (!wanted.unarmed) return {};
  const Result<store::Answer> rows = session.run(sql::find_unarmed, {{"most", kUnarmedMost}});
  if (!rows) return fail(rows.error());
  for (const store::Row& row : *rows) {
    snapshot.unarmed.emplace_back(row.text("order_id"));
    wanted.orders.add(row.text("order_id"));
  }
  return {};
}

// What the ledger has of the disputes that are spoken of.
Result<void> load_entries(store::Session& session, const std::vector<const w::In*>& batch,
                          Snapshot& snapshot) {
  store::Rows entries(2);
  for (const w::In* in : batch) {
    const auto* dispute = std::get_if<w::DisputeSeen>(in);
    if (dispute == nullptr || !snapshot.by_intent.contains(dispute->intent)) continue;
    entries.add(snapshot.by_intent.at(dispute->intent).value, dispute_entry(*dispute));
  }
  return each(session, sql::find_entries, entries, [&](const store::Row& row) {
    snapshot.entries.emplace(OrderId(row.text("order_id")), row.text("entry"));
  });
}

}  // namespace

Result<Snapshot> load_snapshot(store::Session& session, const std::vector<const w::In*>& batch,
                               Time now) {
  Wanted wanted;
  for (const w::In* in : batch) std::visit(wanted, *in);
  Snapshot snapshot;
  Result<void> done = each(session, sql::find_intents, wanted.intents, [&](const store::Row& row) {
    wanted.orders.add(row.text("order_id"));
    snapshot.by_intent.emplace(row.text("intent_id"), OrderId(row.text("order_id")));
  });
  if (!done) return fail(done.error());
  if (done = load_unarmed(session, wanted, snapshot); !done) return fail(done.error());
  done = each(session, sql::load_payments, wanted.orders, [&](const store::Row& row) {
    Payment p = payment_from(row);
    snapshot.stopped = row.text("stopped");
    snapshot.payments.emplace(p.order, std::move(p));
  });
  if (!done) return fail(done.error());
  done = each(session, sql::load_refunds, wanted.refunds, [&](const store::Row& row) {
    Refund refund = refund_from(row);
    snapshot.refunds.emplace(refund.id, std::move(refund));
  });
  if (!done) return fail(done.error());
  if (done = load_entries(session, batch, snapshot); !done) return fail(done.error());
  if (done = load_cards(session, wanted, snapshot); !done) return fail(done.error());
  if (done = load_parked(session, wanted, now, snapshot); !done) return fail(done.error());
  const bool counts = wanted.all_parked || std::any_of(batch.begin(), batch.end(), [&](auto* in) {
                        return nobody(snapshot, *in);
                      });
  if (counts) {
    if (done = count_parked(session, snapshot); !done) return fail(done.error());
  }
  return snapshot;
}

}  // namespace trayline::payments
