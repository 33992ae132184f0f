SELECT version, state, event, why, who, at_ms FROM orders_history
WHERE order_id = :id
ORDER BY version, step
LIMIT :most
