DELETE FROM webhooks_events
WHERE id IN (
  SELECT e.id FROM webhooks_events e WHERE e.created_ms < :before
  ORDER BY e.created_ms LIMIT :most)
AND (SELECT COUNT(*) FROM webhooks_deliveries d WHERE d.event_id = webhooks_events.id) = 0
