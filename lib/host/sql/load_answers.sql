SELECT a.scope, a.key, a.body_hash, a.answer
FROM host_answers a JOIN @rows(scope text, key text) AS r ON r.scope = a.scope AND r.key = a.key
