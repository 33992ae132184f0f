SELECT u.user_id
FROM accounts_users u
WHERE u.user_id IN (SELECT user_id FROM @rows(user_id text, username_key text) AS r)
   OR u.username_key IN (SELECT username_key FROM @rows(user_id text, username_key text) AS r)
ORDER BY u.user_id @lock(u)
