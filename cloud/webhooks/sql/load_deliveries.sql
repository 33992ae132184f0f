SELECT d.id, d.event_id, d.endpoint, d.state, d.tries, d.resends, d.due_ms, d.give_up_ms,
       d.http_status, d.error, d.version, d.created_ms, d.updated_ms, e.type, e.body
FROM webhooks_deliveries d
JOIN @rows(id text) AS r ON r.id = d.id
JOIN webhooks_events e ON e.id = d.event_id
