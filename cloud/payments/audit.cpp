#include "cloud/payments/audit.hpp"

#include <cstdlib>

namespace trayline::payments {
namespace {

struct Sums {
  std::int64_t captured = 0;
  std::int64_t refunded = 0;
  std::int64_t disputed = 0;
  std::set<std::string> capture_entries;
};

std::string amount(std::int64_t minor, Currency currency) {
  return to_string(Money{minor, currency});
}

class Auditor {
 public:
  Auditor(const Books& books, AuditReport& report) : books_(books), report_(report) {}

  void chains();
  void entries();
  void payments();
  void orders();
  void provider();
  void fates();

 private:
  void find(std::string kind, std::string about, std::string words, std::int64_t minor = 0) {
    report_.findings.push_back({std::move(kind), std::move(about), std::move(words), minor});
    report_.difference_minor += std::abs(minor);
  }
  const Sums& sums(const OrderId& order) const {
    static const Sums none;
    const auto found = sums_.find(order);
    return found == sums_.end() ? none : found->second;
  }
  void compare(const ProviderBook& theirs, const PaymentBook* ours);

  const Books& books_;
  AuditReport& report_;
  std::map<OrderId, Sums> sums_;
};

// Rows from before there was a chain have no hash; after the first hash each row has one.
void Auditor::chains() {
  std::map<SiteId, Head> at;
  for (const LedgerRow& row : books_.ledger) {
    Head& head = at[row.transfer.site];
    const std::string about = row.transfer.site.value + " #" + std::to_string(row.seq);
    if (row.seq != head.seq + 1) {
      find("chain", about, "row " + std::to_string(head.seq + 1) + " is missing before it");
    }
    const bool unchained = row.hash.empty() && head.hash.empty();
    if (!unchained && chained(head.hash, row) != row.hash) {
      find("chain", about, "its hash does not fit: it or a row before it was changed");
    }
    head = {row.seq, row.hash};
  }
  for (const auto& [site, head] : books_.heads) {
    if (at[site].seq == head.seq && at[site].hash == head.hash) continue;
    find("chain", site.value, "the last row is not the one that the chain ends with");
  }
}

void Auditor::entries() {
  for (const LedgerRow& row : books_.ledger) {
    const Transfer& t = row.transfer;
    ++report_.transfers;
    const std::string currency = t.amount.currency.str() + " ";
    report_.balances[currency + t.debit] -= t.amount.minor;
    report_.balances[currency + t.credit] += t.amount.minor;
    if (t.amount.minor <= 0 || t.debit == t.credit) {
      find("entry", t.order.value, "a transfer that moves nothing", t.amount.minor);
    }
    Sums& of = sums_[t.order];
    if (t.kind == "capture") {
      of.captured += t.amount.minor;
      of.capture_entries.insert(t.entry);
    }
    if (t.kind == "refund") of.refunded += t.amount.minor;
    if (t.kind == "refund_back") of.refunded -= t.amount.minor;
    if (t.kind == "dispute") of.disputed += t.amount.minor;
    if (t.kind == "dispute_back") of.disputed -= t.amount.minor;
  }
  for (const auto& [order, of] : sums_) {
    if (of.capture_entries.size() > 1) {
      find("capture", order.value, "captured more than once", of.captured);
    }
    if (of.refunded > of.captured) {
      find("refund", order.value, "more was paid back than captured", of.refunded - of.captured);
    }
    if (of.disputed < 0 || of.disputed > of.captured) {
      find("dispute", order.value, "disputes took or gave back what was not captured", of.disputed);
    }
  }
}

void Auditor::payments() {
  std::set<OrderId> known;
  for (const PaymentBook& p : books_.payments) {
    ++report_.payments;
    known.insert(p.order);
    const Sums& of = sums(p.order);
    if (of.captured != p.captured_minor) {
      find("capture", p.order.value,
           "captured " + amount(p.captured_minor, p.currency) + ", in the ledger " +
               amount(of.captured, p.currency),
           p.captured_minor - of.captured);
    }
    if (of.refunded != p.refunded_minor) {
      find("refund", p.order.value,
           "paid back " + amount(p.refunded_minor, p.currency) + ", in the ledger " +
               amount(of.refunded, p.currency),
           p.refunded_minor - of.refunded);
    }
    if (p.captured_minor > p.hold_minor) {
      find("capture", p.order.value, "captured more than was held",
           p.captured_minor - p.hold_minor);
    }
    if (p.refunded_minor + p.refunding_minor > p.captured_minor) {
      find("refund", p.order.value, "more is paid back than was captured",
           p.refunded_minor + p.refunding_minor - p.captured_minor);
    }
  }
  for (const auto& [order, of] : sums_) {
    if (known.contains(order)) continue;
    find("entry", order.value, "the ledger knows a payment that is not there", of.captured);
  }
}

void Auditor::orders() {
  if (!books_.orders) return;
  std::map<OrderId, const PaymentBook*> payments;
  for (const PaymentBook& p : books_.payments) payments[p.order] = &p;
  std::set<OrderId> known;
  for (const OrderBook& order : *books_.orders) {
    known.insert(order.order);
    const Sums& of = sums(order.order);
    const bool paid = order.state == "paid" || order.state == "refunded";
    if (paid && of.captured == 0) {
      find("order", order.order.value, "is " + order.state + ", and nothing was captured");
    }
    if (!paid && of.captured > 0) {
      find("order", order.order.value, "is " + order.state + ", and money was captured",
           of.captured);
    }
    if (order.state == "refunded" && of.refunded != of.captured) {
      find("order", order.order.value, "is refunded, and not all was paid back",
           of.captured - of.refunded);
    }
  }
  for (const PaymentBook& p : books_.payments) {
    if (!known.contains(p.order)) {
      find("order", p.order.value, "has a payment and is not there", p.captured_minor);
    }
  }
}

void Auditor::compare(const ProviderBook& theirs, const PaymentBook* ours) {
  const std::string about = theirs.order.value + " " + theirs.intent;
  const bool own = ours != nullptr && ours->intent == theirs.intent;
  const std::int64_t taken = own ? ours->captured_minor : 0;
  const std::int64_t refunded = own ? ours->refunded_minor : 0;
  const bool under_way = own && ours->state == PaymentState::capturing;
  if (theirs.taken_minor != taken && !under_way) {
    find("provider", about,
         "the provider took " + amount(theirs.taken_minor, theirs.currency) + ", we know of " +
             amount(taken, theirs.currency),
         theirs.taken_minor - taken);
  }
  const std::int64_t underway_minor = own ? ours->refunding_minor : 0;
  if (theirs.refunded_minor < refunded || theirs.refunded_minor > refunded + underway_minor) {
    find("provider", about,
         "the provider paid back " + amount(theirs.refunded_minor, theirs.currency) +
             ", we know of " + amount(refunded, theirs.currency),
         theirs.refunded_minor - refunded);
  }
  if (theirs.held_minor == 0) return;
  const bool raised = ours != nullptr && ours->state == PaymentState::raising &&
                      ours->raise_intent == theirs.intent;
  using enum PaymentState;
  const bool wanted = own && ours->state != captured && ours->state != voided &&
                      ours->state != declined && ours->state != lapsed;
  if (!wanted && !raised) {
    find("hold", about, "the provider still holds " + amount(theirs.held_minor, theirs.currency),
         theirs.held_minor);
  }
}

void Auditor::provider() {
  if (!books_.provider) return;
  std::map<OrderId, const PaymentBook*> payments;
  for (const PaymentBook& p : books_.payments) payments[p.order] = &p;
  std::set<std::string> seen;
  for (const ProviderBook& theirs : *books_.provider) {
    seen.insert(theirs.intent);
    const auto ours = payments.find(theirs.order);
    compare(theirs, ours == payments.end() ? nullptr : ours->second);
  }
  for (const PaymentBook& p : books_.payments) {
    if (p.means != "card" || p.captured_minor == 0 || seen.contains(p.intent)) continue;
    if (p.asked_ms < books_.provider_from_ms) continue;
    find("provider", p.order.value, "the provider does not know what we captured",
         p.captured_minor);
  }
}

void Auditor::fates() {
  if (!books_.fates) return;
  for (const FateBook& f : *books_.fates) {
    const std::int64_t told = f.charged + f.superseded + f.closed + f.open;
    if (told == f.stored) continue;
    find("predictions", f.core.value,
         std::to_string(f.stored) + " are stored, and " + std::to_string(told) +
             " are charged, superseded, closed or open");
  }
}

}  // namespace

AuditReport audit(const Books& books) {
  AuditReport report;
  Auditor auditor(books, report);
  auditor.chains();
  auditor.entries();
  auditor.payments();
  auditor.orders();
  auditor.provider();
  auditor.fates();
  return report;
}

}  // namespace trayline::payments
