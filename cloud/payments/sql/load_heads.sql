SELECT h.site, h.seq, h.hash
FROM payments_ledger_heads h JOIN @rows(site text) AS r ON r.site = h.site
ORDER BY h.site @lock(h)
