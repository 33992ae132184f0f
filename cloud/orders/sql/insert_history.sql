INSERT INTO orders_history (order_id, version, step, state, event, why, who, at_ms)
SELECT order_id, version, step, state, event, why, who, :now
FROM @rows(order_id text, version bigint, step bigint, state text, event text, why text,
           who text) AS r
