INSERT INTO orders_lines (order_id, position, sku, name, quantity, price_minor)
SELECT order_id, position, sku, name, quantity, price_minor
FROM @rows(order_id text, position bigint, sku text, name text, quantity bigint, price_minor bigint)
  AS r
