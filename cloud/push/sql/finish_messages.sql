UPDATE push_messages SET http_status = r.http_status, done_ms = :now
FROM @rows(order_id text, status text, http_status bigint) AS r
WHERE push_messages.order_id = r.order_id AND push_messages.status = r.status
