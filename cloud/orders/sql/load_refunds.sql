SELECT f.id, f.order_id, f.amount_minor, f.tax_minor, f.reason, f.who, f.state, f.why, f.asked_ms
FROM orders_refunds f JOIN @rows(id text) AS r ON r.id = f.id
