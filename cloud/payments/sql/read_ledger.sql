SELECT site, seq, order_id, kind, entry, line, debit, credit, amount_minor, currency, at_ms, hash
FROM payments_ledger
WHERE site > :site OR site = :site AND seq > :seq
ORDER BY site, seq LIMIT :most
