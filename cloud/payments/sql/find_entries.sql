SELECT DISTINCT e.order_id, e.entry
FROM payments_ledger e
JOIN @rows(order_id text, entry text) AS r ON r.order_id = e.order_id AND r.entry = e.entry
