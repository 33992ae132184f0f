INSERT INTO accounts_sessions (origin_jti, user_id, client, refresh_hash, signed_in_ms, expires_ms,
                               revoked_ms)
SELECT origin_jti, user_id, client, refresh_hash, :now, expires_ms, revoked_ms
FROM @rows(origin_jti text, user_id text, client text, refresh_hash text, expires_ms bigint,
           revoked_ms bigint) AS r
