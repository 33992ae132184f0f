// What decisions changed, written with one statement per kind of row.
#include "cloud/payments/ledger.hpp"
#include "cloud/payments/rows.hpp"
#include "cloud/payments/sql.hpp"
#include "lib/base/check.hpp"

namespace trayline::payments {
namespace {

struct Changed {
  std::int64_t was_revision = 0;
  const Payment* after = nullptr;
};

std::string raise_text(const Payment& p) {
  return p.raise.step == RaiseStep::none ? "" : to_json_text(p.raise);
}

Result<void> insert_payments(store::Session& session,
                             const std::map<OrderId, const Payment*>& placed, Time now) {
  store::Rows rows(28);
  for (const auto& [id, p] : placed) {
    rows.add(id.value, p->user.value, p->site.value, enum_name(p->means), p->amount.currency.str(),
             enum_name(p->state), p->attempt, p->attempts, p->captures, p->raises, p->revision,
             p->amount.minor, p->hold_minor, p->asking_minor, p->captured_minor, p->tax_minor,
             p->refunding_minor, p->refunded_minor, p->refunded_tax_minor, p->customer, p->method,
             p->intent, raise_text(*p), p->off_session ? 1 : 0, p->void_asked ? 1 : 0, p->asked_ms,
             p->deadline_ms, p->reason);
  }
  return session.write(sql::insert_payments, rows, {{"now", to_ms(now)}});
}

Result<void> update_payments(store::Session& session, const std::map<OrderId, Changed>& changed,
                             Time now) {
  if (changed.empty()) return {};
  store::Rows rows(26);
  for (const auto& [id, change] : changed) {
    const Payment& p = *change.after;
    rows.add(id.value, change.was_revision, enum_name(p.means), enum_name(p.state), p.attempt,
             p.attempts, p.captures, p.raises, p.revision, p.amount.minor, p.hold_minor,
             p.asking_minor, p.captured_minor, p.tax_minor, p.refunding_minor, p.refunded_minor,
             p.refunded_tax_minor, p.customer, p.method, p.intent, raise_text(p),
             p.off_session ? 1 : 0, p.void_asked ? 1 : 0, p.asked_ms, p.deadline_ms, p.reason);
  }
  return session.change(sql::update_payments, rows, {{"now", to_ms(now)}});
}

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
  if (auto r = insert_payments(session, placed, now); !r) return r;
  return update_payments(session, changed, now);
}

// What the ledger has must be what our rows go on from: the chain ends with the head, and no entry
// is there a second time.
Result<void> check_ledger(store::Session& session, const std::map<SiteId, Head>& heads,
                          const std::vector<Transfer>& transfers) {
  std::map<std::string, const Transfer*> by_entry;
  for (const Transfer& t : transfers) by_entry[t.order.value + " " + t.entry] = &t;
  const auto head_of = [&](const Transfer& t) {
    const auto head = heads.find(t.site);
    return head == heads.end() ? Head() : head->second;
  };
  store::Rows rows(4);
  for (const auto& [about, t] : by_entry) {
    rows.add(t->site.value, head_of(*t).seq, t->order.value, t->entry);
  }
  const Result<store::Answer> found = session.run(sql::find_ledger, rows);
  if (!found) return fail(found.error());
  for (const store::Row& row : *found) {
    const std::string about = row.text("order_id") + " " + row.text("entry");
    check(row.integer("there") == 0, "the ledger has this entry already: " + about);
    const Transfer& t = *by_entry.at(about);
    check(row.text("last_hash") == head_of(t).hash,
          "the ledger's chain is broken at site " + t.site.value);
  }
  return {};
}

// The chains' ends are read here, in the transaction that moves them: of two hosts that post to a
// site at once the later finds the row's place taken.
Result<void> save_ledger(store::Session& session, const std::vector<Decision>& decisions,
                         Time now) {
  std::vector<Transfer> transfers;
  std::set<SiteId> sites;
  for (const Decision& d : decisions) {
    for (const Transfer& t : d.ledger) {
      transfers.push_back(t);
      sites.insert(t.site);
    }
  }
  if (transfers.empty()) return {};
  store::Rows wanted(1);
  for (const SiteId& site : sites) wanted.add(site.value);
  const Result<store::Answer> found = session.run(sql::load_heads, wanted);
  if (!found) return fail(found.error());
  std::map<SiteId, Head> heads;
  for (const store::Row& row : *found) {
    heads[SiteId(row.text("site"))] = {row.integer("seq"), row.text("hash")};
  }
  if (auto r = check_ledger(session, heads, transfers); !r) return r;
  store::Rows rows(12);
  for (const LedgerRow& row : chain(heads, transfers, now)) {
    const Transfer& t = row.transfer;
    rows.add(t.site.value, row.seq, t.order.value, t.kind, t.entry, t.line, t.debit, t.credit,
             t.amount.minor, t.amount.currency.str(), row.at_ms, row.hash);
  }
  if (auto r = session.write(sql::insert_ledger, rows); !r) return r;
  store::Rows ends(3);
  for (const auto& [site, head] : heads) ends.add(site.value, head.seq, head.hash);
  return session.write(sql::put_heads, ends);
}

Result<void> save_customers(store::Session& session, const std::vector<Decision>& decisions,
                            Time now) {
  std::map<UserId, const Customer*> customers;
  std::map<std::string, const Card*> cards;  // null: gone
  for (const Decision& d : decisions) {
    if (d.customer) customers[d.customer->user] = &*d.customer;
    if (d.card) cards[d.card->method] = &*d.card;
    if (!d.card_gone.empty()) cards[d.card_gone] = nullptr;
  }
  store::Rows owners(3);
  for (const auto& [user, c] : customers) owners.add(user.value, c->customer, c->method);
  if (auto r = session.write(sql::put_customers, owners); !r) return r;
  store::Rows saved(6);
  store::Rows gone(1);
  for (const auto& [method, c] : cards) {
    if (c == nullptr) {
      gone.add(method);
    } else {
      saved.add(method, c->user.value, c->brand, c->last4, c->exp_month, c->exp_year);
    }
  }
  if (auto r = session.write(sql::put_cards, saved, {{"now", to_ms(now)}}); !r) return r;
  return session.write(sql::delete_cards, gone);
}

Result<void> save_refunds(store::Session& session, const std::vector<Decision>& decisions,
                          Time now) {
  std::map<RefundId, const Refund*> refunds;
  for (const Decision& d : decisions) {
    for (const Refund& refund : d.refunds) refunds[refund.id] = &refund;
  }
  store::Rows rows(10);
  for (const auto& [id, f] : refunds) {
    rows.add(id.value, f->order.value, enum_name(f->state), f->amount.minor, f->tax_minor,
             f->amount.currency.str(), f->attempt, f->provider, f->reason, f->who);
  }
  return session.write(sql::put_refunds, rows, {{"now", to_ms(now)}});
}

// Events: taken up before others are parked, so that one that comes back stays.
Result<void> save_events(store::Session& session, const std::vector<Decision>& decisions,
                         Time now) {
  store::Rows gone(1);
  std::map<std::string, const Parked*> parked;
  std::map<std::string, const Decision*> notices;
  for (const Decision& d : decisions) {
    for (const std::string& id : d.unpark) gone.add(id);
    for (const Parked& p : d.park) parked[p.id] = &p;
    if (d.notice) notices[d.notice->id] = &d;
  }
  if (auto r = session.write(sql::delete_parked, gone); !r) return r;
  store::Rows kept(4);
  for (const auto& [id, p] : parked) kept.add(id, p->about, p->body, to_ms(p->since));
  if (auto r = session.write(sql::insert_parked, kept); !r) return r;
  store::Rows told(6);
  for (const auto& [id, d] : notices) {
    told.add(id, d->notice_order.value, d->notice->what, d->notice->amount.minor,
             d->notice->amount.currency.str(), d->notice->reason);
  }
  return session.write(sql::insert_notices, told, {{"now", to_ms(now)}});
}

// What is said of the books as a whole.
Result<void> save_books(store::Session& session, const std::vector<Decision>& decisions, Time now) {
  const auto run = [&](const store::Statement& statement, const store::Args& args) -> Result<void> {
    const Result<store::Answer> done = session.run(statement, args);
    return done ? Result<void>() : Result<void>(fail(done.error()));
  };
  store::Rows armed(1);
  for (const Decision& d : decisions) {
    for (const OrderId& order : d.armed) armed.add(order.value);
    Result<void> done;
    if (!d.stop.empty()) done = run(sql::put_stop, {{"why", d.stop}, {"now", to_ms(now)}});
    if (done && d.resume) done = run(sql::delete_stop, {});
    if (done && d.compared) {
      const wire::payments::Compared& c = *d.compared;
      done = run(sql::delete_comparisons, {{"before", to_ms(now - kComparisonsKept)}});
      const store::Args args{{"now", to_ms(now)},
                             {"differences", c.differences},
                             {"difference_minor", c.difference_minor},
                             {"payments", c.payments},
                             {"transfers", c.transfers},
                             {"findings", c.findings}};
      if (done) done = run(sql::put_comparison, args);
    }
    if (!done) return done;
  }
  return session.write(sql::delete_unarmed, armed);
}

}  // namespace

Result<void> save_decisions(store::Session& session, const std::vector<Decision>& decisions,
                            Time now) {
  if (auto r = save_payments(session, decisions, now); !r) return r;
  if (auto r = save_refunds(session, decisions, now); !r) return r;
  if (auto r = save_ledger(session, decisions, now); !r) return r;
  if (auto r = save_customers(session, decisions, now); !r) return r;
  if (auto r = save_events(session, decisions, now); !r) return r;
  return save_books(session, decisions, now);
}

}  // namespace trayline::payments
