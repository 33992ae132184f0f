INSERT INTO host_outbox
  (id, kind, key, body, owner, lease_until_ms, next_try_ms, tries, last_error, created_ms)
SELECT id, kind, key, body, owner, :lease_until, :now, 0, '', :now
FROM @rows(id text, kind text, key text, body text, owner text) AS r WHERE true
ON CONFLICT (kind, key) DO NOTHING
RETURNING id
