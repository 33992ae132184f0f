INSERT INTO host_timers (id, service, due_ms, body)
SELECT id, service, due_ms, body FROM @rows(id text, service text, due_ms bigint, body text) AS r
WHERE true
ON CONFLICT (id) DO UPDATE
SET service = excluded.service, due_ms = excluded.due_ms, body = excluded.body
