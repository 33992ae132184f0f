SELECT e.id FROM webhooks_events e JOIN @rows(id text) AS r ON r.id = e.id
