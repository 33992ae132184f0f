INSERT INTO host_attempts (host, id, tries)
SELECT :host, id, 1 FROM @rows(id text) AS r WHERE true
ON CONFLICT (host, id) DO NOTHING
