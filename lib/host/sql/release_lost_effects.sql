UPDATE host_outbox SET owner = '', tries = tries + 1, next_try_ms = :now
WHERE owner = :owner AND id NOT IN (SELECT id FROM @rows(id text) AS r)
