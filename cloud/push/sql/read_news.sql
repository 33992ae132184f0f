SELECT status, created_ms, http_status, done_ms FROM push_messages
WHERE order_id = :order ORDER BY created_ms, status LIMIT :most
