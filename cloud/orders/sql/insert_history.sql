INSERT INTO orders_history (order_id, version, step, state, event, why, at_ms)
SELECT order_id, version, step, state, event, why, :now
FROM @rows(order_id text, version bigint, step bigint, state text, event text, why text) AS r
