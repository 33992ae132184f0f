SELECT id, state FROM orders_orders WHERE id > :id ORDER BY id LIMIT :most
