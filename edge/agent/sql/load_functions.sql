SELECT DISTINCT function FROM agent_outbox ORDER BY function
