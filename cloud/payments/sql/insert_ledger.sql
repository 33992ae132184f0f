INSERT INTO payments_ledger (site, seq, order_id, kind, entry, line, debit, credit, amount_minor,
                             currency, at_ms, hash)
SELECT site, seq, order_id, kind, entry, line, debit, credit, amount_minor, currency, at_ms, hash
FROM @rows(site text, seq bigint, order_id text, kind text, entry text, line bigint, debit text,
           credit text, amount_minor bigint, currency text, at_ms bigint, hash text) AS r
