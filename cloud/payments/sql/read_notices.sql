SELECT id, order_id, what, amount_minor, currency, reason, at_ms FROM payments_notices
ORDER BY at_ms DESC, id LIMIT :most
