INSERT INTO payments_ledger (order_id, entry, account, amount_minor, currency, at_ms)
SELECT order_id, entry, account, amount_minor, currency, :now
FROM @rows(order_id text, entry text, account text, amount_minor bigint, currency text) AS r
