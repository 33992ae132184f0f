DELETE FROM payments_parked WHERE id IN (SELECT r.id FROM @rows(id text) AS r)
