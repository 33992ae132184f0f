DELETE FROM payments_unarmed
WHERE order_id IN (SELECT order_id FROM @rows(order_id text) AS r)
