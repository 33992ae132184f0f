SELECT d.endpoint, COUNT(*) AS sending
FROM webhooks_deliveries d JOIN @rows(endpoint text) AS r ON r.endpoint = d.endpoint
WHERE d.state = 'sending'
GROUP BY d.endpoint
