INSERT INTO orders_lines (order_id, position, sku, name, quantity, price_minor, tax_bp)
SELECT order_id, position, sku, name, quantity, price_minor, tax_bp
FROM @rows(order_id text, position bigint, sku text, name text, quantity bigint,
           price_minor bigint, tax_bp bigint) AS r
