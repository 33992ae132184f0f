INSERT INTO host_inbox (service, id, at_ms)
SELECT service, id, :now FROM @rows(service text, id text) AS r WHERE true
ON CONFLICT (service, id) DO NOTHING
RETURNING service, id
