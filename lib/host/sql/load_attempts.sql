SELECT a.id FROM host_attempts a JOIN @rows(id text) AS r ON r.id = a.id
WHERE a.host = :host
