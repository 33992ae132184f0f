DELETE FROM host_attempts
WHERE host = :host AND id IN (SELECT id FROM @rows(id text) AS r)
