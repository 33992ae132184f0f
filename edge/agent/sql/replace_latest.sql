DELETE FROM agent_outbox
WHERE class = 'latest' AND function || '/' || topic IN (SELECT place FROM @rows(place text) AS r)
RETURNING seq, class, length(CAST(payload AS BLOB)) AS bytes
