SELECT l.order_id, l.sku, l.name, l.quantity, l.price_minor, l.tax_bp
FROM orders_lines l JOIN @rows(order_id text) AS r ON r.order_id = l.order_id
ORDER BY l.order_id, l.position
