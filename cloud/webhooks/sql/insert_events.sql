INSERT INTO webhooks_events (id, type, body, created_ms)
SELECT id, type, body, :now FROM @rows(id text, type text, body text) AS r
