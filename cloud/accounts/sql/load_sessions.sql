SELECT s.origin_jti, s.user_id, s.client, s.refresh_hash, s.signed_in_ms, s.expires_ms, s.revoked_ms
FROM accounts_sessions s
JOIN @rows(refresh_hash text) AS r ON r.refresh_hash = s.refresh_hash
