UPDATE host_outbox
SET owner = '', next_try_ms = r.next_try_ms, tries = host_outbox.tries + 1, last_error = r.error
FROM @rows(id text, next_try_ms bigint, error text) AS r
WHERE host_outbox.id = r.id AND host_outbox.owner IN (:owner, '')
