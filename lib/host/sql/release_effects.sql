UPDATE host_outbox
SET owner = '', tries = tries + 1,
    next_try_ms = :now + CASE WHEN tries < :soon THEN 0 ELSE :later END
WHERE owner IN (SELECT owner FROM @rows(owner text) AS r)
