DELETE FROM orders_lines
WHERE order_id IN (SELECT r.id FROM @rows(id text) AS r)
