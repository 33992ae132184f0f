INSERT INTO host_answers (scope, key, body_hash, answer, at_ms, owner)
SELECT scope, key, body_hash, '', :now, :owner
FROM @rows(scope text, key text, body_hash text) AS r WHERE true
ON CONFLICT (scope, key) DO UPDATE
SET body_hash = excluded.body_hash, at_ms = excluded.at_ms, owner = excluded.owner
WHERE host_answers.answer = ''
  AND (host_answers.owner = '' OR host_answers.owner = :owner OR host_answers.at_ms < :lapsed)
RETURNING scope, key
