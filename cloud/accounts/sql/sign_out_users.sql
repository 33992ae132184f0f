UPDATE accounts_sessions SET revoked_ms = :now
WHERE revoked_ms IS NULL AND user_id IN (SELECT user_id FROM @rows(user_id text) AS r)
