DELETE FROM host_outbox WHERE id IN (SELECT id FROM @rows(id text) AS r) RETURNING id
