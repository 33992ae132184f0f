SELECT u.user_id, u.username, u.username_key, u.status, u.attributes, u.groups, u.verifier,
       u.failures, u.failed_ms, u.created_ms, c.hash AS code_hash,
       c.expires_ms AS code_expires_ms, c.tries AS code_tries
FROM accounts_users u
LEFT JOIN accounts_codes c ON c.user_id = u.user_id AND c.purpose = 'sign_up'
WHERE u.user_id IN (SELECT user_id FROM @rows(user_id text, username_key text) AS r)
   OR u.username_key IN (SELECT username_key FROM @rows(user_id text, username_key text) AS r)
