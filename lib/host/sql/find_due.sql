SELECT MIN(due_ms) AS due_ms FROM (
  SELECT MIN(due_ms) AS due_ms FROM host_timers
  UNION ALL
  SELECT MIN((CASE WHEN owner = '' THEN next_try_ms ELSE lease_until_ms END)) AS due_ms
  FROM host_outbox) AS d
