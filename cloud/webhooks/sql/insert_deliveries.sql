INSERT INTO webhooks_deliveries
  (id, event_id, endpoint, state, tries, resends, due_ms, give_up_ms, http_status, error, version,
   created_ms, updated_ms)
SELECT id, event_id, endpoint, state, 0, 0, due_ms, give_up_ms, 0, '', 1, :now, :now
FROM @rows(id text, event_id text, endpoint text, state text, due_ms bigint, give_up_ms bigint)
  AS r
