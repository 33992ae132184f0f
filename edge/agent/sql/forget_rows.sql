DELETE FROM agent_outbox WHERE seq IN (SELECT seq FROM @rows(seq bigint) AS r)
RETURNING seq, class, length(CAST(payload AS BLOB)) AS bytes
