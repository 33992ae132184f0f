SELECT o.seq AS seq, o.key AS key, o.sha256 AS sha256, o.function AS function, o.topic AS topic,
       o.class AS class, o.payload AS payload
FROM agent_outbox o JOIN @rows(key text, sha256 text) AS r ON r.key = o.key
UNION
SELECT o.seq AS seq, o.key AS key, o.sha256 AS sha256, o.function AS function, o.topic AS topic,
       o.class AS class, o.payload AS payload
FROM agent_outbox o JOIN @rows(key text, sha256 text) AS r ON r.sha256 = o.sha256
ORDER BY seq
