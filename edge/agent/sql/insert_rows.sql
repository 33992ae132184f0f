INSERT INTO agent_outbox (seq, key, function, topic, class, payload, sha256, created_ms)
SELECT seq, key, function, topic, class, payload, sha256, :now
FROM @rows(seq bigint, key text, function text, topic text, class text, payload text,
           sha256 text) AS r
