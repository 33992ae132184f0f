UPDATE accounts_sessions SET revoked_ms = :now
WHERE revoked_ms IS NULL
  AND refresh_hash IN (SELECT refresh_hash FROM @rows(refresh_hash text) AS r)
