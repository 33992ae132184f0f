SELECT id, order_id, amount_minor, tax_minor, reason, who, state, why, asked_ms
FROM orders_refunds WHERE order_id = :id
ORDER BY asked_ms, id
LIMIT :most
