INSERT INTO agent_quarantine (key, function, topic, payload, sha256, reason, at_ms)
SELECT key, function, topic, payload, sha256, reason, :now
FROM @rows(key text, function text, topic text, payload text, sha256 text, reason text) AS r
WHERE true
ON CONFLICT (key) DO NOTHING
