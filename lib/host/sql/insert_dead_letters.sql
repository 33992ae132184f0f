INSERT INTO host_dead_letters (id, service, reason, payload, at_ms)
SELECT id, service, reason, payload, :now
FROM @rows(id text, service text, reason text, payload text) AS r
