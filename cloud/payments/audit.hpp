// The books compared with each other: ledger, payments, orders, and the provider's. Pure but for
// load_books; what the caller does not give is not compared. For `trayline audit`, the sweep,
// simulations and campaigns.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "cloud/payments/ledger.hpp"
#include "lib/store/store.hpp"

namespace trayline::payments {

// So often books are looked at before something counts as a difference: the cloud moves between two
// reads.
inline constexpr int kCompareLooks = 3;

// An order as its service has it.
struct OrderBook {
  OrderId order;
  std::string state;
  bool over = false;  // cancelled, expired or refunded
};
// What became of the predictions of a core.
struct FateBook {
  CoreId core;
  std::int64_t stored = 0;
  std::int64_t charged = 0;
  std::int64_t superseded = 0;
  std::int64_t closed = 0;
  std::int64_t open = 0;
};
// An intent as the provider has it. refunded_minor: succeeded refunds of it.
struct ProviderBook {
  OrderId order;
  std::string intent;
  Currency currency;
  std::int64_t held_minor = 0;
  std::int64_t taken_minor = 0;
  std::int64_t refunded_minor = 0;
};

struct PaymentBook {
  OrderId order;
  SiteId site;
  std::string means;
  PaymentState state = PaymentState::creating;
  Currency currency;
  std::int64_t hold_minor = 0;
  std::int64_t captured_minor = 0;
  std::int64_t refunding_minor = 0;
  std::int64_t refunded_minor = 0;
  std::string intent;
  std::string raise_intent;
  std::int64_t asked_ms = 0;  // the intent
};

struct Books {
  std::vector<LedgerRow> ledger;  // by site and seq
  std::map<SiteId, Head> heads;
  std::vector<PaymentBook> payments;
  std::optional<std::vector<OrderBook>> orders;
  std::optional<std::vector<FateBook>> fates;
  std::optional<std::vector<ProviderBook>> provider;
  std::int64_t provider_from_ms = 0;  // what was asked for earlier is not in its lists
};

struct Finding {
  std::string kind;  // chain | entry | capture | refund | dispute | order | provider | hold | ...
  std::string about;
  std::string words;
  std::int64_t difference_minor = 0;
};
struct AuditReport {
  std::vector<Finding> findings;
  std::int64_t difference_minor = 0;  // absolute, of all findings
  std::int64_t transfers = 0;
  std::int64_t payments = 0;
  std::map<std::string, std::int64_t> balances;  // "EUR sales:main" -> credits less debits
  bool ok() const { return findings.empty(); }
};

// Payments' own tables, in pages. A statement sees one committed state, two may see two: for an
// exact audit the caller stops the writer, or looks again at what differs.
Result<Books> load_books(store::Session& session);
AuditReport audit(const Books& books);

}  // namespace trayline::payments
