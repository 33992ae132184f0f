INSERT INTO host_attempts (host, id, tries)
SELECT :host, id, 0 FROM @rows(id text) AS r WHERE true
ON CONFLICT (host, id) DO NOTHING
RETURNING id
