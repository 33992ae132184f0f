SELECT d.id, d.event_id, d.endpoint, d.state, d.tries, d.resends, d.due_ms, d.give_up_ms,
       d.http_status, d.error, d.version, d.created_ms, d.updated_ms, e.type, '' AS body
FROM webhooks_deliveries d
JOIN webhooks_events e ON e.id = d.event_id
WHERE (:state = '' OR d.state = :state)
  AND (d.created_ms < :before_ms OR d.created_ms = :before_ms AND d.id < :before_id)
ORDER BY d.created_ms DESC, d.id DESC
LIMIT :most
