INSERT INTO host_attempts (host, id, tries) VALUES (:host, :id, 1)
ON CONFLICT (host, id) DO UPDATE SET tries = host_attempts.tries + 1
RETURNING tries
