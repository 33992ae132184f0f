SELECT origin_jti, revoked_ms FROM accounts_sessions
WHERE (revoked_ms, origin_jti) > (:after_ms, :after_jti)
ORDER BY revoked_ms, origin_jti LIMIT :most
