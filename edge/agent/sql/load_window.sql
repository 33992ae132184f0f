SELECT seq, key, function, topic, class, payload, sha256 FROM agent_outbox
WHERE function = :function AND seq > :after ORDER BY seq LIMIT :most
