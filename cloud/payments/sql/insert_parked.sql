INSERT INTO payments_parked (id, about, body, at_ms)
SELECT id, about, body, at_ms FROM @rows(id text, about text, body text, at_ms bigint) AS r
WHERE true
ON CONFLICT (id) DO NOTHING
