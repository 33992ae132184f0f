DELETE FROM agent_outbox
WHERE class = 'latest' AND topic IN (SELECT topic FROM @rows(topic text) AS r)
RETURNING seq, class, length(payload) AS bytes
