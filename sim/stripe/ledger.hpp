// The simulator's own books as JSON: what a test compares with the product's.
#pragma once
#include <string>

#include "sim/stripe/state.hpp"

namespace trayline::stripe_sim {

// Which charges a page of the ledger shows; the totals are always over all.
struct LedgerPage {
  std::int64_t limit = -1;  // charges looked at, in order of creation; -1: all, 0: totals alone
  std::string after = {};   // ch_...: those created later
  std::string order = {};   // only those of this metadata[order_id], all of them
};

// All money that moved, all open holds and those that were let go:
// {"charges":[{order, intent, charge, customer, amount, currency, created, hold_key, increment_key,
//    captured, refunded, disputed, key, refunds:[{id, amount, status, key}]}],
//  "holds":[{order, intent, charge, customer, amount, currency, created, hold_key, increment_key}],
//  "voided":[likewise, with reason],
//  "doubles":[orders with more than one captured charge, 1000 at most], "has_more", "last",
//  "orders", "captured", "refunded", "double", "totals":{charges, holds, voided, declined}}
// order is metadata[order_id], key the Idempotency-Key of the call that moved the money, double the
// number of orders with more than one captured charge, orders of those with any; last the charge to
// go on from. not_found: there is no charge `after`.
Result<Json> ledger(const State& state, const LedgerPage& page);
// The whole.
Json ledger(const State& state);

}  // namespace trayline::stripe_sim
