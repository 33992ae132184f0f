INSERT INTO payments_counter_refunds (key, id, amount_minor, at_ms)
SELECT r.key, c.id, r.amount_minor, r.at_ms
FROM @rows(key text, id text, amount_minor bigint, at_ms bigint) AS r
JOIN payments_counter c ON c.id = r.id
WHERE r.amount_minor + COALESCE(
  (SELECT SUM(f.amount_minor) FROM payments_counter_refunds f
   WHERE f.id = c.id AND f.key <> r.key), 0) <= c.received_minor
ON CONFLICT (key) DO NOTHING
