INSERT INTO monitors_painted (order_id, core, screen, version, status, painted_ms)
SELECT order_id, core, screen, version, status, painted_ms
FROM @rows(order_id text, core text, screen text, version bigint, status text, painted_ms bigint)
  AS r WHERE true
ON CONFLICT (order_id, core, screen, version) DO NOTHING
