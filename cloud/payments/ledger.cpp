#include "cloud/payments/ledger.hpp"

#include "lib/base/digest.hpp"

namespace trayline::payments {

std::string chained(const std::string& before, const LedgerRow& row) {
  const Transfer& t = row.transfer;
  const Json::Array columns{
      t.site.value, row.seq,        t.order.value,           t.kind,   t.entry, t.line, t.debit,
      t.credit,     t.amount.minor, t.amount.currency.str(), row.at_ms};
  return sha256_hex(before + Json(columns).dump());
}

std::vector<LedgerRow> chain(std::map<SiteId, Head>& heads, const std::vector<Transfer>& transfers,
                             Time now) {
  std::vector<LedgerRow> rows;
  for (const Transfer& transfer : transfers) {
    Head& head = heads[transfer.site];
    LedgerRow row{transfer, head.seq + 1, to_ms(now), ""};
    row.hash = chained(head.hash, row);
    head = {row.seq, row.hash};
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace trayline::payments
