// The ledger's rows and the chain that their hashes make: one per site. Pure.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "cloud/payments/payments.hpp"

namespace trayline::payments {

// The end of a site's chain; a new site has none.
struct Head {
  std::int64_t seq = 0;
  std::string hash;
};

struct LedgerRow {
  Transfer transfer;
  std::int64_t seq = 0;
  std::int64_t at_ms = 0;
  std::string hash;
};

// SHA-256, as hex, over the hash before and the row's canonical text: a JSON array of all its
// columns but the hash.
std::string chained(const std::string& before, const LedgerRow& row);
// Gives transfers their place behind the heads, and moves the heads.
std::vector<LedgerRow> chain(std::map<SiteId, Head>& heads, const std::vector<Transfer>& transfers,
                             Time now);

}  // namespace trayline::payments
