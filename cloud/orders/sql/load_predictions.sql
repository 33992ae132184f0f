SELECT p.core, p.id, p.hash, p.order_id
FROM orders_predictions p JOIN @rows(core text, id text) AS r ON r.core = p.core AND r.id = p.id
