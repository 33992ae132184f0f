DELETE FROM webhooks_deliveries WHERE id IN (
  SELECT id FROM webhooks_deliveries
  WHERE updated_ms < :before AND state IN ('delivered', 'failed')
  ORDER BY updated_ms LIMIT :most)
