DELETE FROM host_timers WHERE id IN (SELECT id FROM @rows(id text) AS r)
