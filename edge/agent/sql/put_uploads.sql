INSERT INTO agent_uploads (hash, url, expires_ms)
SELECT hash, url, expires_ms FROM @rows(hash text, url text, expires_ms bigint) AS r WHERE true
ON CONFLICT (hash) DO UPDATE SET url = excluded.url, expires_ms = excluded.expires_ms
