SELECT m.order_id, m.status
FROM push_messages m
JOIN @rows(order_id text, status text) AS r ON r.order_id = m.order_id AND r.status = m.status
