INSERT INTO host_attempts (id, tries) VALUES (:id, 1)
ON CONFLICT (id) DO UPDATE SET tries = host_attempts.tries + 1
RETURNING tries
