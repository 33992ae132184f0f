INSERT INTO push_messages (order_id, status, user_id, title, body, created_ms)
SELECT order_id, status, user_id, title, body, :now
FROM @rows(order_id text, status text, user_id text, title text, body text) AS r
