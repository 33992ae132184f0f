UPDATE webhooks_deliveries
SET state = 'failed', error = 'the endpoint is not configured', version = version + 1,
    updated_ms = :now
WHERE state = 'waiting' AND endpoint NOT IN (SELECT r.endpoint FROM @rows(endpoint text) AS r)
RETURNING id
