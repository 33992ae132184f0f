WITH picked AS MATERIALIZED (
  SELECT t.id FROM host_timers t WHERE t.due_ms <= :now
  ORDER BY t.due_ms, t.id LIMIT :most @lock_free(t))
DELETE FROM host_timers WHERE id IN (SELECT id FROM picked)
RETURNING id, service, due_ms, body
