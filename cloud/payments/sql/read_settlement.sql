SELECT site, currency, kind, debit, credit, COUNT(*) AS transfers,
       CAST(SUM(amount_minor) AS bigint) AS amount_minor
FROM payments_ledger WHERE at_ms >= :begin AND at_ms < :end
GROUP BY site, currency, kind, debit, credit
ORDER BY site, currency, kind, debit, credit
