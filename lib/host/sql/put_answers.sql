INSERT INTO host_answers (scope, key, body_hash, answer, at_ms, owner)
SELECT scope, key, body_hash, answer, :now, ''
FROM @rows(scope text, key text, body_hash text, answer text) AS r WHERE true
ON CONFLICT (scope, key) DO UPDATE
SET answer = excluded.answer, at_ms = excluded.at_ms, owner = ''
WHERE host_answers.answer = ''
