DELETE FROM agent_uploads WHERE hash IN (SELECT hash FROM @rows(hash text) AS r)
