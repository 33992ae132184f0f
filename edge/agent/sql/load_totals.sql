SELECT class, COUNT(*) AS n, COALESCE(SUM(length(CAST(payload AS BLOB))), 0) AS bytes,
       MAX(seq) AS last
FROM agent_outbox GROUP BY class
