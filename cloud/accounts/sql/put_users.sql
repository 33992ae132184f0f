INSERT INTO accounts_users (user_id, username, username_key, status, attributes, groups, verifier,
                            failures, failed_ms, created_ms, changed_ms)
SELECT user_id, username, username_key, status, attributes, groups, verifier, failures, failed_ms,
       created_ms, :now
FROM @rows(user_id text, username text, username_key text, status text, attributes text,
           groups text, verifier text, failures bigint, failed_ms bigint,
           created_ms bigint) AS r
WHERE true
ON CONFLICT (user_id) DO UPDATE SET status = excluded.status, attributes = excluded.attributes,
  groups = excluded.groups, verifier = excluded.verifier, failures = excluded.failures,
  failed_ms = excluded.failed_ms, changed_ms = excluded.changed_ms
