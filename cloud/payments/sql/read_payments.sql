SELECT order_id, site, means, state, currency, hold_minor, captured_minor, refunding_minor,
       refunded_minor, intent_id, raising, asked_ms
FROM payments_payments WHERE order_id > :order_id ORDER BY order_id LIMIT :most
