SELECT d.id, d.event_id, d.endpoint, d.state, d.tries, d.resends, d.due_ms, d.give_up_ms,
       d.http_status, d.error, d.version, d.created_ms, d.updated_ms,
       (SELECT e.type FROM webhooks_events e WHERE e.id = d.event_id) AS type,
       (SELECT e.body FROM webhooks_events e WHERE e.id = d.event_id) AS body
FROM (
  SELECT r.endpoint,
         COALESCE((SELECT w.due_ms FROM webhooks_deliveries w
                   WHERE w.endpoint = r.endpoint AND w.state = 'waiting' AND w.due_ms <= :now
                   ORDER BY w.due_ms LIMIT 1 OFFSET :most), :now) AS until_ms
  FROM @rows(endpoint text) AS r) AS p
JOIN webhooks_deliveries d
  ON d.endpoint = p.endpoint AND d.state = 'waiting' AND d.due_ms <= p.until_ms
