INSERT INTO agent_counts (name, value)
SELECT name, n FROM @rows(name text, n bigint) AS r WHERE true
ON CONFLICT (name) DO UPDATE SET value = agent_counts.value + excluded.value
