DELETE FROM accounts_sessions WHERE expires_ms < :before OR revoked_ms < :before
