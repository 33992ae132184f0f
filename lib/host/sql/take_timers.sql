DELETE FROM host_timers
WHERE id IN (SELECT id FROM host_timers WHERE due_ms <= :now ORDER BY due_ms, id LIMIT :most)
RETURNING id, service, due_ms, body
