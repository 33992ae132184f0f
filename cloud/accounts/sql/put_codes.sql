INSERT INTO accounts_codes (user_id, purpose, hash, expires_ms, tries)
SELECT user_id, 'sign_up', hash, expires_ms, tries
FROM @rows(user_id text, hash text, expires_ms bigint, tries bigint) AS r
WHERE true
ON CONFLICT (user_id, purpose) DO UPDATE SET hash = excluded.hash,
  expires_ms = excluded.expires_ms, tries = excluded.tries
