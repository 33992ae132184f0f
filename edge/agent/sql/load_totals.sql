SELECT class, COUNT(*) AS n, COALESCE(SUM(length(payload)), 0) AS bytes, MAX(seq) AS last
FROM agent_outbox GROUP BY class
