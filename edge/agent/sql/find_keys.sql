SELECT o.key AS key, o.sha256 AS sha256, o.seq AS seq
FROM agent_outbox o JOIN @rows(key text) AS r ON r.key = o.key
UNION ALL
SELECT q.key AS key, q.sha256 AS sha256, 0 AS seq
FROM agent_quarantine q JOIN @rows(key text) AS r ON r.key = q.key
