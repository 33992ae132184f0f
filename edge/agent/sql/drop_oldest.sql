DELETE FROM agent_outbox
WHERE seq IN (SELECT seq FROM agent_outbox WHERE class = 'normal' ORDER BY seq LIMIT :most)
RETURNING seq, class, length(CAST(payload AS BLOB)) AS bytes
