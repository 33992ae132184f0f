SELECT seq, kind, entry, debit, credit, amount_minor, currency, at_ms FROM payments_ledger
WHERE order_id = :order ORDER BY site, seq LIMIT :most
