SELECT order_id FROM payments_unarmed ORDER BY order_id LIMIT :most
