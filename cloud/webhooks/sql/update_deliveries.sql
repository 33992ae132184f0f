UPDATE webhooks_deliveries
SET state = r.state, tries = r.tries, resends = r.resends, due_ms = r.due_ms,
    give_up_ms = r.give_up_ms, http_status = r.http_status, error = r.error,
    version = r.version, updated_ms = :now
FROM @rows(id text, was_version bigint, version bigint, state text, tries bigint, resends bigint,
           due_ms bigint, give_up_ms bigint, http_status bigint, error text) AS r
WHERE webhooks_deliveries.id = r.id AND webhooks_deliveries.version = r.was_version
RETURNING webhooks_deliveries.id AS id
